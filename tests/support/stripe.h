#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/support/api_server.h"
#include "tests/support/stripe_samples.h"

namespace claimcheck::test {

/// What Stripe posts about a payment. @param type  such as "payment_intent.succeeded", "charge.refunded"
std::string stripe_event(const std::string& type, const nlohmann::json& intent);

/// The value of Stripe-Signature for a body, signed now.
std::string stripe_signature(const std::string& secret, const std::string& body);

/// Stripe's API on a loopback port, over TLS. A payment that it was not told of it does not know.
class StripeApi {
 public:
  StripeApi();
  void keep(const nlohmann::json& intent) { keep(intent.at("id"), intent.dump()); }
  /// What it answers with when it is asked for a payment.
  void keep(const std::string& id, const std::string& answer) { server_->keep(id, answer); }
  /// The lines of [check.NAME] that lead there.
  std::string settings() const;
  /// All of [check.payment]: 20 dollars must have been paid, and Stripe is asked each time.
  std::string payment_check() const;
  std::size_t connections() const { return server_->connections(); }

 private:
  Authority authority_;
  std::optional<ApiServer> server_;
};

}  // namespace claimcheck::test
