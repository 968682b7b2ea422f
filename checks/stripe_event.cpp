#include "checks/stripe_event.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "checks/json_member.h"
#include "checks/payment_intent.h"
#include "checks/stripe_signature.h"
#include "core/error.h"
#include "core/hmac.h"

namespace claimcheck::checks {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& why) {
  throw Error{Errc::bad_request, "Stripe event: " + why};
}

/// The id of an object that may have been expanded.
std::string id_member(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_object() ? text_member(value, "id") : text_member(object, name);
}

std::optional<PaymentState> state_of(const std::string& type, const json& object) {
  if (type == "payment_intent.succeeded") return PaymentState::paid;
  if (type == "checkout.session.completed" || type == "checkout.session.async_payment_succeeded")
    return text_member(object, "payment_status") == "paid" ? std::optional{PaymentState::paid} : std::nullopt;
  if (type == "charge.refunded") return PaymentState::refunded;
  if (type == "refund.created" || type == "refund.updated" || type == "charge.refund.updated") {
    const std::string status = text_member(object, "status");
    return status == "failed" || status == "canceled" ? std::nullopt : std::optional{PaymentState::refunded};
  }
  if (type == "charge.dispute.created" || type == "charge.dispute.funds_withdrawn") return PaymentState::disputed;
  return std::nullopt;
}

std::string email_of(const json& object) {
  std::vector<std::string> emails{text_member(member(object, "customer_details"), "email"),
                                  text_member(object, "customer_email")};
  std::ranges::copy(payer_emails(object), std::back_inserter(emails));
  const auto first = std::ranges::find_if(emails, [](const std::string& email) { return !email.empty(); });
  return first == emails.end() ? std::string{} : *first;
}

}  // namespace

std::optional<PaymentEvent> parse_event(std::string_view body) {
  const json event = json::parse(body, nullptr, false);
  const json& object = member(member(event, "data"), "object");
  const std::string type = text_member(event, "type");
  if (text_member(event, "object") != "event" || type.empty() || !object.is_object()) refuse("it is none");
  const std::optional<PaymentState> state = state_of(type, object);
  if (!state) return std::nullopt;
  PaymentEvent parsed{.state = *state, .payment = id_member(object, "payment_intent"), .email = {}, .platform = {}};
  if (text_member(object, "object") == "payment_intent") parsed.payment = text_member(object, "id");
  if (*state == PaymentState::paid) {
    parsed.email = email_of(object);
    parsed.platform = text_member(member(object, "metadata"), "platform");
  }
  // A charge without a PaymentIntent was not made the way that our links are paid.
  if (!is_payment_intent_id(parsed.payment)) return std::nullopt;
  return parsed;
}

ReadPaymentEvent stripe_events(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return {};
  return [secrets](const std::string& signature, const std::string& body, Time now) {
    verify_stripe_signature(signature, body, secrets, now);
    return parse_event(body);
  };
}

}  // namespace claimcheck::checks
