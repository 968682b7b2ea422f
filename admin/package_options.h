#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "admin/package_file.h"
#include "core/package.h"

namespace claimcheck::admin {

/// What the commands about packages are told.
struct PackageOptions {
  std::string file, contains, sha256;
  std::optional<std::uint64_t> size;
  bool delete_invalid = false;
};

/// FILE, --size, --contains, --sha256, --delete-invalid. `given` must outlive the command.
void add_package_options(CLI::App& command, PackageOptions& given);

/// Throws Error{bad_request} for what no file can meet.
PackageExpectation expectation_of(const PackageOptions& given);

/// Removes a file that was found invalid, unless it could not be judged at all. A file that cannot be removed is told of on
/// standard error and is no failure. @return whether it is gone
bool remove_invalid(const PackageFile& file, const PackageFault& fault);

}  // namespace claimcheck::admin
