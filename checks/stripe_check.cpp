#include "checks/stripe_check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "checks/json_member.h"
#include "checks/payment_intent.h"
#include "checks/remembered.h"
#include "checks/verdict.h"
#include "core/ascii.h"
#include "core/payments.h"

namespace claimcheck::checks {
namespace {

using nlohmann::json;

class StripeCheck final : public Check {
 public:
  StripeCheck(const CheckSettings& settings, std::unique_ptr<WebClient> client, const SteadyClock& clock)
      : settings_(settings), client_(std::move(client)), yes_(settings.remember, clock) {
    while (settings_.api.ends_with('/')) settings_.api.pop_back();
  }

  std::optional<Refusal> refusal(const CheckSubject& subject) override {
    return verdict(ask(subject), settings_, Errc::payment_required);
  }

  std::vector<std::string> needed_facts() const override { return {payment_fact}; }

 private:
  Truth ask(const CheckSubject& subject) {
    const auto id = subject.facts.find(payment_fact);
    if (id == subject.facts.end() || !is_payment_intent_id(id->second)) return Truth::no;
    ExpectedPayment expected{
        .id = id->second, .amount = settings_.amount, .currency = settings_.currency, .mode = settings_.mode};
    if (settings_.email == CheckSettings::Email::match) expected.email = subject.email;
    // Whoever names somebody else's payment is not to profit from its being remembered.
    const std::string question = expected.id + " " + lower(expected.email.value_or(""));
    if (yes_.knows(question)) return Truth::yes;
    const std::optional<json> intent = find_intent(expected.id);
    const Truth truth = intent ? judge(*intent, expected) : Truth::no;
    if (truth == Truth::yes) yes_.add(question);
    return truth;
  }

  /// With its charge. @return nothing if there is none of that id
  std::optional<json> find_intent(const std::string& id) {
    std::optional<json> intent = get("/v1/payment_intents/" + id + "?expand%5B%5D=latest_charge");
    if (!intent) return std::nullopt;
    const std::string charge = text_member(*intent, "latest_charge");
    if (charge.empty()) return intent;
    if (!std::ranges::all_of(charge, [](char c) { return is_letter_or_digit(c) || c == '_'; })) return intent;
    if (const auto found = get("/v1/charges/" + charge)) (*intent)["latest_charge"] = *found;
    return intent;
  }

  /// @return nothing if Stripe knows no such object
  std::optional<json> get(const std::string& path) {
    // The version decides how answers look, so it is not left to the account.
    const WebAnswer answer =
        client_->send({.url = settings_.api + path,
                       .headers = {{"Authorization", "Bearer " + settings_.secret_key}, {"Stripe-Version", "2024-06-20"}},
                       .body = {}});
    if (answer.status == 404) return std::nullopt;
    if (answer.status != 200) throw Error{Errc::unavailable, fmt::format("Stripe answered with status {}", answer.status)};
    json body = json::parse(answer.body, nullptr, false);
    if (body.is_discarded()) throw Error{Errc::unavailable, "Stripe's answer is no JSON"};
    return body;
  }

  CheckSettings settings_;
  std::unique_ptr<WebClient> client_;
  Remembered yes_;
};

}  // namespace

std::unique_ptr<Check> make_stripe_check(const CheckSettings& settings, std::unique_ptr<WebClient> client,
                                         const SteadyClock& clock) {
  return std::make_unique<StripeCheck>(settings, std::move(client), clock);
}

}  // namespace claimcheck::checks
