#include "checks/payment_intent.h"

#include <algorithm>
#include <string_view>

#include "checks/json_member.h"
#include "core/ascii.h"
#include "core/error.h"

namespace claimcheck::checks {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& what) {
  throw Error{Errc::unavailable, "Stripe's answer " + what};
}

std::int64_t number(const json& object, const char* name) {
  const json& value = member(object, name);
  if (!value.is_number_integer()) fail(std::string{"has no number "} + name);
  return value.get<std::int64_t>();
}

bool flag(const json& object, const char* name) {
  const json& value = member(object, name);
  if (!value.is_boolean()) fail(std::string{"has no true or false "} + name);
  return value.get<bool>();
}

std::vector<json> charges_of(const json& intent) {
  const json& latest = member(intent, "latest_charge");
  if (latest.is_object()) return {latest};
  const json& list = member(member(intent, "charges"), "data");
  if (list.is_array()) return list.get<std::vector<json>>();
  // Only the id of a charge: it may have been refunded.
  if (!latest.is_null()) fail("does not tell of the charge");
  return {};
}

/// Whether the money of a charge is there to stay.
bool stands(const json& charge) {
  return number(charge, "amount_refunded") == 0 && !flag(charge, "refunded") && !flag(charge, "disputed") &&
         member(charge, "dispute").is_null();
}

bool is_payer(const json& intent, const std::string& email) {
  return !email.empty() &&
         std::ranges::any_of(payer_emails(intent), [&](const std::string& payer) { return lower(payer) == lower(email); });
}

}  // namespace

bool is_payment_intent_id(std::string_view text) {
  constexpr std::size_t longest = 255;
  constexpr std::string_view prefix = "pi_";
  return text.starts_with(prefix) && text.size() > prefix.size() && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

std::vector<std::string> payer_emails(const json& intent) {
  std::vector<std::string> emails{text_member(intent, "receipt_email")};
  std::vector<json> charges{member(intent, "latest_charge")};
  const json& list = member(member(intent, "charges"), "data");
  if (list.is_array()) charges.insert(charges.end(), list.begin(), list.end());
  for (const json& charge : charges) {
    if (member(charge, "paid") != true) continue;
    emails.push_back(text_member(member(charge, "billing_details"), "email"));
    emails.push_back(text_member(charge, "receipt_email"));
  }
  const json& metadata = member(intent, "metadata");
  emails.push_back(text_member(metadata, "email"));
  emails.push_back(text_member(metadata, "customer_email"));
  std::erase(emails, "");
  return emails;
}

Truth judge(const json& intent, const ExpectedPayment& expected) {
  if (text_member(intent, "object") != "payment_intent") fail("is no PaymentIntent");
  if (text_member(intent, "id") != expected.id) fail("is about another PaymentIntent");
  const std::string status = text_member(intent, "status");
  const bool live = expected.mode == CheckSettings::Mode::live;
  if (flag(intent, "livemode") != live) return Truth::no;
  if (status == "processing") return Truth::not_yet;
  if (status != "succeeded") return Truth::no;
  if (number(intent, "amount_received") < expected.amount) return Truth::no;
  const std::string currency = lower(text_member(intent, "currency"));
  if (!expected.currency.empty() && currency != lower(expected.currency)) return Truth::no;
  const std::vector<json> charges = charges_of(intent);
  if (std::ranges::none_of(charges, [](const json& charge) { return flag(charge, "paid"); })) return Truth::no;
  if (!std::ranges::all_of(charges, stands)) return Truth::no;
  if (expected.email && !is_payer(intent, *expected.email)) return Truth::no;
  return Truth::yes;
}

}  // namespace claimcheck::checks
