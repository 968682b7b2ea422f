#pragma once

#include <memory>

#include "checks/clocks.h"
#include "checks/web_client.h"
#include "core/check.h"

namespace claimcheck::checks {

/// A program of the operator's: what is known of the token is posted to `url` as JSON `{"token", "storage", "file", "filename",
/// "policy", "email", "facts": {…}}`. 2xx is yes, 425 not yet, another 4xx no (but 408 and 429 mean later), anything else no
/// answer. With `secret_key` a header "Claimcheck-Signature: t=UNIX,v1=HEX" says who asks: HMAC-SHA256 of "UNIX.BODY".
std::unique_ptr<Check> make_hook_check(const CheckSettings& settings, std::unique_ptr<WebClient> client, const Clocks& clocks);

}  // namespace claimcheck::checks
