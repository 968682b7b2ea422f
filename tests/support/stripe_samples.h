#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace claimcheck::test {

/// One of Stripe's own samples: tests/data/stripe/NAME.
std::string stripe_sample(const std::string& name);

/// A PaymentIntent as Stripe shows it: live, 20 dollars, succeeded, nothing given back; made from Stripe's own sample.
nlohmann::json paid_intent(const std::string& id, const std::string& email);

}  // namespace claimcheck::test
