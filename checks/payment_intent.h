#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/settings.h"

namespace claimcheck::checks {

/// What a payment must be.
struct ExpectedPayment {
  std::string id;           ///< of the PaymentIntent
  std::int64_t amount = 0;  ///< the least that must have been received, in the currency's smallest unit
  std::string currency;     ///< "usd"; empty: any
  CheckSettings::Mode mode = CheckSettings::Mode::live;
  std::optional<std::string> email;  ///< the payer's, in any case of letters; nothing: no matter whose. Empty matches nobody
};

/// Whether `text` may be the id of a PaymentIntent: "pi_" and at most 252 letters, digits and "_".
bool is_payment_intent_id(std::string_view text);

/// Whether a Stripe PaymentIntent pays for something: yes if it succeeded with the right amount, currency, mode and e-mail
/// address, and nothing of it was refunded or disputed; not_yet while it is processed; else no.
/// A refund leaves the PaymentIntent "succeeded", so its charges are looked at: `latest_charge` (expanded), or `charges` as
/// before API version 2022-11-15.
/// Throws Error{unavailable} if `intent` is not the PaymentIntent of that id, or has not the shape of one.
/// Source: Stripe's OpenAPI document, schemas payment_intent and charge.
Truth judge(const nlohmann::json& intent, const ExpectedPayment& expected);

/// The addresses of a payer, where a PaymentIntent and its charges may have them: receipt_email, the paid charges'
/// billing_details and receipt_email, metadata.email and metadata.customer_email. Empty ones are left out.
std::vector<std::string> payer_emails(const nlohmann::json& intent);

}  // namespace claimcheck::checks
