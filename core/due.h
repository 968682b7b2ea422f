#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/token.h"

namespace claimcheck {

// What is due for a token, and when: what nobody's request brings about, and the cron does. Pure, as core/admission.h is.

/// Whether the completion of one of a token's claims is to be told by mail and is not yet; see Rules::notify.
bool is_untold(const Token& token, const Claim& claim);

/// The claims of which that holds.
std::vector<Claim> untold(const Token& token);

/// Notes that the completion of these claims is told of. @return nothing if it is noted already.
std::optional<Token> note_told(const Token& token, std::span<const std::string> claims);

/// When the holder of a token is to be warned of its expiry; Time::max() if never.
Time warning_due(const Token& token);

/// When tidy() of core/progress.h will next find something to do, or untold() has something, if nothing happens until then;
/// Time::max() if never.
Time tidy_due(const Token& token);

}  // namespace claimcheck
