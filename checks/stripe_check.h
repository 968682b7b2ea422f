#pragma once

#include <memory>

#include "checks/clocks.h"
#include "checks/web_client.h"
#include "core/check.h"

namespace claimcheck::checks {

/// The payment that the fact `payment_intent_id` names, asked of Stripe's API. See judge() in checks/payment_intent.h.
std::unique_ptr<Check> make_stripe_check(const CheckSettings& settings, std::unique_ptr<WebClient> client,
                                         const SteadyClock& clock);

}  // namespace claimcheck::checks
