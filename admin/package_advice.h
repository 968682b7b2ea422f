#pragma once

#include <string>
#include <string_view>

#include "core/package.h"

namespace claimcheck::admin {

/// What a fault means for a person, and what to do about it.
struct PackageAdvice {
  std::string_view meaning, advice;
};

/// By the fault's `data.reason`, if it has one, else by its code.
PackageAdvice advice_on(const PackageFault& fault);

/// "report.zip is not valid: … What to do: …", in lines.
std::string tell_fault(const PackageFault& fault, const std::string& path);

}  // namespace claimcheck::admin
