#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/payments.h"
#include "core/time.h"

namespace claimcheck::checks {

/// Reads an event. @return nothing for events that say nothing of a payment's being made or unmade: to be answered with 200,
/// and passed over
/// Throws Error{bad_request} if it is no event.
std::optional<PaymentEvent> parse_event(std::string_view body);

/// Reads what was signed with one of these secrets, see checks/stripe_signature.h; empty if there are none.
ReadPaymentEvent stripe_events(const std::vector<std::string>& secrets);

}  // namespace claimcheck::checks
