#pragma once

#include <map>
#include <string>

#include "checks/clocks.h"
#include "core/check.h"
#include "core/question.h"
#include "core/settings.h"

namespace claimcheck::checks {

/// The checks of a configuration, for one thread. Nothing is connected yet.
/// Throws Error{bad_request} if one cannot be right: a query that is none, an address that is none.
Checks open_checks(const std::map<std::string, CheckSettings>& settings, const OpenQuestion& open_question,
                   const Clocks& clocks);

}  // namespace claimcheck::checks
