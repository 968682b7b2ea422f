#pragma once

#include <optional>

#include "core/check.h"
#include "core/settings.h"

namespace claimcheck::checks {

/// What a visitor is told of what a source says: nothing for yes, not_ready for not_yet, and for no what the check's
/// `refuse_as` names, or `otherwise` if it names nothing.
std::optional<Refusal> verdict(Truth truth, const CheckSettings& check, Errc otherwise);

}  // namespace claimcheck::checks
