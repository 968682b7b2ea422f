#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace claimcheck::checks {

/// Whether one of `secrets` signed the body: `header` is that of Stripe-Signature, "t=UNIX,v1=HEX[,v1=HEX…]", HMAC-SHA256 of
/// "UNIX.BODY". Other schemes than v1 are passed over. `body` are the bytes as they came.
/// Throws Error{bad_request} if none did, or if it was more than 300 seconds before or after `now`.
/// Source: Stripe's documentation, "Verify webhook signatures manually".
void verify_stripe_signature(std::string_view header, std::string_view body, const std::vector<std::string>& secrets, Time now);

}  // namespace claimcheck::checks
