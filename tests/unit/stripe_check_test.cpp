#include "checks/stripe_check.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/checks_fixture.h"

namespace claimcheck {
namespace {

using nlohmann::json;
using Facts = std::map<std::string, std::string>;

constexpr const char* intent_url = "https://api.example.com/v1/payment_intents/pi_1?expand%5B%5D=latest_charge";
constexpr const char* charge_url = "https://api.example.com/v1/charges/ch_1";

const json charge{{"id", "ch_1"},      {"paid", true},      {"amount_refunded", 0},
                  {"refunded", false}, {"disputed", false}, {"billing_details", {{"email", "ada@example.com"}}}};
const json intent{{"id", "pi_1"},      {"object", "payment_intent"}, {"status", "succeeded"},  {"amount_received", 2000},
                  {"currency", "usd"}, {"livemode", true},           {"latest_charge", charge}};

class StripeCheck : public testing::Test {
 protected:
  std::unique_ptr<Check> check(CheckSettings settings = {}) {
    settings.kind = CheckSettings::Kind::stripe;
    settings.api = "https://api.example.com/";
    settings.secret_key = "sk_live_hush";
    return checks::make_stripe_check(settings, web_.client(), clocks_.clocks().steady);
  }
  void answer(const json& body, int status = 200) { web_.answers[intent_url] = {.status = status, .body = body.dump()}; }

  test::FakeWeb web_;
  test::FakeClocks clocks_;
  const Facts facts_{{"payment_intent_id", "pi_1"}};
  const CheckSubject ada_{.email = "Ada@example.com", .facts = facts_};
};

TEST_F(StripeCheck, AsksForThePaymentWithItsCharge) {
  answer(intent);
  EXPECT_EQ(test::told(*check({.amount = 2000, .currency = "usd"}), ada_), std::nullopt);
  ASSERT_EQ(web_.asked.size(), 1U);
  EXPECT_EQ(web_.asked[0].method, "GET");
  EXPECT_EQ(web_.asked[0].body, "");
  EXPECT_EQ(web_.asked[0].headers, (std::vector<std::pair<std::string, std::string>>{{"Authorization", "Bearer sk_live_hush"},
                                                                                     {"Stripe-Version", "2024-06-20"}}));
  EXPECT_EQ(check()->needed_facts(), std::vector<std::string>{"payment_intent_id"});
}

TEST_F(StripeCheck, ItsSettingsDecide) {
  answer(intent);
  EXPECT_EQ(test::told(*check({.amount = 2001}), ada_), Errc::payment_required);
  EXPECT_EQ(test::told(*check({.currency = "eur"}), ada_), Errc::payment_required);
  EXPECT_EQ(test::told(*check({.mode = CheckSettings::Mode::test}), ada_), Errc::payment_required);
  EXPECT_EQ(test::told(*check({.refuse_as = "not_ready", .amount = 2001}), ada_), Errc::not_ready);
  EXPECT_EQ(test::told(*check(), {.email = "eve@example.com", .facts = facts_}), Errc::payment_required);
  EXPECT_EQ(test::told(*check(), {.facts = facts_}), Errc::payment_required);
  EXPECT_EQ(test::told(*check({.email = CheckSettings::Email::ignore}), {.email = "eve@example.com", .facts = facts_}),
            std::nullopt);
  EXPECT_EQ(test::told(*check({.email = CheckSettings::Email::ignore}), {.facts = facts_}), std::nullopt);
  json processing = intent;
  processing["status"] = "processing";
  answer(processing);
  EXPECT_EQ(test::told(*check(), ada_), Errc::not_ready);
}

TEST_F(StripeCheck, AnIdThatIsNoneIsNotAsked) {
  for (const char* id : {"", "pi_", "ch_1", "pi_1/../../customers", "pi_1?x", "pi_1 "}) {
    const Facts facts{{"payment_intent_id", id}};
    EXPECT_EQ(test::told(*check(), {.email = "ada@example.com", .facts = facts}), Errc::payment_required) << id;
  }
  EXPECT_EQ(test::told(*check(), {.email = "ada@example.com", .facts = Facts{}}), Errc::payment_required);
  EXPECT_TRUE(web_.asked.empty());
}

TEST_F(StripeCheck, OnlyAnAnswerIsAnAnswer) {
  answer(intent, 404);
  EXPECT_EQ(test::told(*check(), ada_), Errc::payment_required) << "a payment that Stripe does not know";
  for (const int status : {0, 100, 201, 204, 206, 301, 302, 307, 400, 401, 402, 403, 409, 410, 425, 429, 500, 502, 503, 504}) {
    answer(intent, status);
    EXPECT_EQ(test::told(*check(), ada_), Errc::unavailable) << status;
  }
  for (const char* body : {"", "null", "[]", "{}", "true", "<html>", "{\"id\":\"pi_1\"", "\xff\xfe", "\"pi_1\""}) {
    web_.answers[intent_url] = {.status = 200, .body = body};
    EXPECT_EQ(test::told(*check(), ada_), Errc::unavailable) << body;
  }
  web_.answers[intent_url] = {.status = 200, .body = std::string(1'000'000, '[')};
  EXPECT_EQ(test::told(*check(), ada_), Errc::unavailable);
  web_.answers.clear();
  EXPECT_EQ(test::told(*check(), ada_), Errc::unavailable) << "nobody listens";
}

TEST_F(StripeCheck, FetchesAChargeThatWasNotExpanded) {
  json short_intent = intent;
  short_intent["latest_charge"] = "ch_1";
  answer(short_intent);
  web_.answers[charge_url] = {.status = 200, .body = charge.dump()};
  EXPECT_EQ(test::told(*check(), ada_), std::nullopt);
  json refunded = charge;
  refunded["amount_refunded"] = 1;
  web_.answers[charge_url] = {.status = 200, .body = refunded.dump()};
  EXPECT_EQ(test::told(*check(), ada_), Errc::payment_required);
  web_.answers[charge_url] = {.status = 404, .body = ""};
  EXPECT_EQ(test::told(*check(), ada_), Errc::unavailable);
  web_.answers.erase(charge_url);
  EXPECT_EQ(test::told(*check(), ada_), Errc::unavailable);
  short_intent["latest_charge"] = "ch_1/../../refunds";
  answer(short_intent);
  EXPECT_EQ(test::told(*check(), ada_), Errc::unavailable);
  EXPECT_EQ(web_.asked.back().url, intent_url) << "such an id is not asked for";
}

TEST_F(StripeCheck, AChargeOfAnotherPaymentProvesNothing) {
  json forged = intent;
  forged["latest_charge"] = "ch_1";
  answer(forged);
  web_.answers[charge_url] = {.status = 200, .body = json{{"error", "no charge"}}.dump()};
  EXPECT_EQ(test::told(*check(), ada_), Errc::unavailable);
}

TEST_F(StripeCheck, RemembersAYesForItsSeconds) {
  answer(intent);
  const auto stripe = check({.remember = seconds{5}});
  for (int count = 0; count < 10; ++count) EXPECT_EQ(test::told(*stripe, ada_), std::nullopt);
  EXPECT_EQ(web_.asked.size(), 1U);
  answer(intent, 500);
  clocks_.steady += seconds{4};
  EXPECT_EQ(test::told(*stripe, ada_), std::nullopt);
  clocks_.steady += seconds{1};
  EXPECT_EQ(test::told(*stripe, ada_), Errc::unavailable);
}

TEST_F(StripeCheck, SomebodyElseDoesNotProfitFromWhatIsRemembered) {
  answer(intent);
  const auto stripe = check({.remember = seconds{5}});
  EXPECT_EQ(test::told(*stripe, ada_), std::nullopt);
  EXPECT_EQ(test::told(*stripe, {.email = "eve@example.com", .facts = facts_}), Errc::payment_required);
  EXPECT_EQ(test::told(*stripe, {.facts = facts_}), Errc::payment_required);
}

TEST_F(StripeCheck, WhoHasJustPaidDoesNotWait) {
  answer(intent, 404);
  const auto stripe = check({.remember = seconds{60}});
  EXPECT_EQ(test::told(*stripe, ada_), Errc::payment_required);
  answer(intent);
  EXPECT_EQ(test::told(*stripe, ada_), std::nullopt);
}

}  // namespace
}  // namespace claimcheck
