#include "checks/payment_intent.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "tests/support/stripe_samples.h"

namespace claimcheck {
namespace {

using checks::ExpectedPayment;
using nlohmann::json;

json fixture(const std::string& name) {
  return json::parse(test::stripe_sample(name));
}

/// A live payment of 20 dollars, as newer API versions show it.
json paid_with_latest_charge() {
  return test::paid_intent("pi_1", "ada@example.com");
}

/// The same, as older ones do.
json paid_with_charges() {
  json intent = fixture("event-payment_intent.succeeded.json").at("data").at("object");
  intent["id"] = "pi_1";
  intent["livemode"] = true;
  intent["charges"]["data"][0]["billing_details"]["email"] = "ada@example.com";
  return intent;
}

const ExpectedPayment expected{.id = "pi_1", .amount = 2000, .currency = "usd", .email = "ada@example.com"};

/// The charge in either form.
json& charge(json& intent) {
  return intent.contains("charges") ? intent["charges"]["data"][0] : intent["latest_charge"];
}

/// "yes", "no", "not yet" or "unavailable".
std::string judged(const json& intent, const ExpectedPayment& what) {
  try {
    switch (checks::judge(intent, what)) {
      case Truth::yes:
        return "yes";
      case Truth::no:
        return "no";
      case Truth::not_yet:
        return "not yet";
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::unavailable) << error.what();
    return "unavailable";
  }
  return "nothing";
}

class Judge : public testing::TestWithParam<json (*)()> {};

TEST_P(Judge, ARightPaymentIsAYes) {
  EXPECT_EQ(judged(GetParam()(), expected), "yes");
}

TEST_P(Judge, WhatIsWrongWithAPaymentIsNoYes) {
  const struct {
    const char* name;
    std::function<void(json&)> change;
    const char* verdict;
  } cases[] = {
      {"still processing", [](json& pi) { pi["status"] = "processing"; }, "not yet"},
      {"no payment method", [](json& pi) { pi["status"] = "requires_payment_method"; }, "no"},
      {"not confirmed", [](json& pi) { pi["status"] = "requires_confirmation"; }, "no"},
      {"3-D Secure is missing", [](json& pi) { pi["status"] = "requires_action"; }, "no"},
      {"not captured", [](json& pi) { pi["status"] = "requires_capture"; }, "no"},
      {"cancelled", [](json& pi) { pi["status"] = "canceled"; }, "no"},
      {"a status of the future", [](json& pi) { pi["status"] = "SUCCEEDED"; }, "no"},
      {"no status", [](json& pi) { pi.erase("status"); }, "no"},
      {"a cent is missing", [](json& pi) { pi["amount_received"] = 1999; }, "no"},
      {"authorised, but nothing received", [](json& pi) { pi["amount_received"] = 0; }, "no"},
      {"another currency", [](json& pi) { pi["currency"] = "jpy"; }, "no"},
      {"no currency", [](json& pi) { pi.erase("currency"); }, "no"},
      {"a test payment", [](json& pi) { pi["livemode"] = false; }, "no"},
      {"wholly refunded",
       [](json& pi) {
         charge(pi)["amount_refunded"] = 2000;
         charge(pi)["refunded"] = true;
       },
       "no"},
      {"a cent refunded", [](json& pi) { charge(pi)["amount_refunded"] = 1; }, "no"},
      {"refunded, though no amount says so", [](json& pi) { charge(pi)["refunded"] = true; }, "no"},
      {"disputed", [](json& pi) { charge(pi)["disputed"] = true; }, "no"},
      {"disputed, by id", [](json& pi) { charge(pi)["dispute"] = "dp_1"; }, "no"},
      {"a charge that was not paid", [](json& pi) { charge(pi)["paid"] = false; }, "no"},
      {"somebody else's", [](json& pi) { charge(pi)["billing_details"]["email"] = "eve@example.com"; }, "no"},
      {"nobody's", [](json& pi) { charge(pi)["billing_details"]["email"] = nullptr; }, "no"},
      {"another payment", [](json& pi) { pi["id"] = "pi_2"; }, "unavailable"},
      {"no payment", [](json& pi) { pi["object"] = "setup_intent"; }, "unavailable"},
      {"nothing about refunds", [](json& pi) { charge(pi).erase("amount_refunded"); }, "unavailable"},
      {"refunds as text", [](json& pi) { charge(pi)["amount_refunded"] = "0"; }, "unavailable"},
      {"an amount as text", [](json& pi) { pi["amount_received"] = "2000"; }, "unavailable"},
      {"half an amount", [](json& pi) { pi["amount_received"] = 2000.5; }, "unavailable"},
      {"nothing about disputes", [](json& pi) { charge(pi).erase("disputed"); }, "unavailable"},
      {"no mode", [](json& pi) { pi.erase("livemode"); }, "unavailable"},
      {"a mode as text", [](json& pi) { pi["livemode"] = "true"; }, "unavailable"},
      {"an error body", [](json& pi) { pi = {{"error", {{"type", "api_error"}}}}; }, "unavailable"},
      {"a list", [](json& pi) { pi = json::array({pi}); }, "unavailable"},
      {"null", [](json& pi) { pi = nullptr; }, "unavailable"},
  };
  for (const auto& c : cases) {
    json intent = GetParam()();
    c.change(intent);
    EXPECT_EQ(judged(intent, expected), c.verdict) << c.name;
  }
}

TEST_P(Judge, WhatIsExpectedDecides) {
  const struct {
    const char* name;
    ExpectedPayment expected;
    const char* verdict;
  } cases[] = {
      {"less", {.id = "pi_1", .amount = 1999, .currency = "usd", .email = "ada@example.com"}, "yes"},
      {"more", {.id = "pi_1", .amount = 2001, .currency = "usd", .email = "ada@example.com"}, "no"},
      {"any currency", {.id = "pi_1", .amount = 1, .currency = "", .email = "ada@example.com"}, "yes"},
      {"another currency", {.id = "pi_1", .amount = 1, .currency = "eur", .email = "ada@example.com"}, "no"},
      {"test mode", {.id = "pi_1", .mode = CheckSettings::Mode::test, .email = "ada@example.com"}, "no"},
      {"the address in capitals", {.id = "pi_1", .email = "ADA@Example.COM"}, "yes"},
      {"another address", {.id = "pi_1", .email = "eve@example.com"}, "no"},
      {"the beginning of the address", {.id = "pi_1", .email = "ada@example.co"}, "no"},
      {"a token without an address", {.id = "pi_1", .email = ""}, "no"},
      {"whatever the address", {.id = "pi_1", .email = std::nullopt}, "yes"},
      {"another payment", {.id = "pi_10", .email = std::nullopt}, "unavailable"},
  };
  for (const auto& c : cases) EXPECT_EQ(judged(GetParam()(), c.expected), c.verdict) << c.name;
}

TEST_P(Judge, TheAddressIsFoundWhereverItIs) {
  const struct {
    const char* name;
    std::function<void(json&)> set;
  } cases[] = {
      {"the receipt's", [](json& pi) { pi["receipt_email"] = "ada@example.com"; }},
      {"the charge's", [](json& pi) { charge(pi)["billing_details"]["email"] = "ada@example.com"; }},
      {"the charge's receipt's", [](json& pi) { charge(pi)["receipt_email"] = "Ada@example.com"; }},
      {"metadata", [](json& pi) { pi["metadata"]["email"] = "ada@example.com"; }},
      {"other metadata", [](json& pi) { pi["metadata"]["customer_email"] = "ada@example.com"; }},
      {"one of several",
       [](json& pi) {
         pi["receipt_email"] = "bob@example.com";
         pi["metadata"]["email"] = "ada@example.com";
       }},
  };
  for (const auto& c : cases) {
    json intent = GetParam()();
    charge(intent)["billing_details"]["email"] = nullptr;
    ASSERT_EQ(judged(intent, expected), "no");
    c.set(intent);
    EXPECT_EQ(judged(intent, expected), "yes") << c.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, Judge, testing::Values(paid_with_latest_charge, paid_with_charges));

TEST(JudgeCharges, EveryChargeCounts) {
  json intent = paid_with_charges();
  json failed = intent["charges"]["data"][0], refunded = failed;
  failed["paid"] = false;
  failed["billing_details"]["email"] = "eve@example.com";
  refunded["amount_refunded"] = 5;
  intent["charges"]["data"].push_back(failed);
  EXPECT_EQ(judged(intent, expected), "yes") << "a first try with another card";
  EXPECT_EQ(judged(intent, {.id = "pi_1", .email = "eve@example.com"}), "no") << "who did not pay is not the payer";
  intent["charges"]["data"].push_back(refunded);
  EXPECT_EQ(judged(intent, expected), "no");
  intent["charges"]["data"] = json::array();
  EXPECT_EQ(judged(intent, expected), "no");
}

TEST(JudgeCharges, TheIdOfAChargeSaysNothingOfRefunds) {
  json intent = paid_with_latest_charge();
  intent["latest_charge"] = "ch_1";
  EXPECT_EQ(judged(intent, expected), "unavailable");
  intent["latest_charge"] = nullptr;
  EXPECT_EQ(judged(intent, expected), "no");
  intent["charges"] = paid_with_charges()["charges"];
  intent["latest_charge"] = "ch_1";
  EXPECT_EQ(judged(intent, expected), "yes") << "the versions in between had both";
}

TEST(JudgeFixtures, PaymentsAsStripeTellsOfThem) {
  const json failed = fixture("event-payment_intent.payment_failed.json").at("data").at("object");
  const json sample = fixture("fixtures3-excerpt.json").at("payment_intent");
  const json paid = fixture("event-payment_intent.succeeded.json").at("data").at("object");
  const auto any = [](const json& intent) {
    return ExpectedPayment{.id = intent.at("id"), .mode = CheckSettings::Mode::test, .email = std::nullopt};
  };
  EXPECT_EQ(judged(failed, any(failed)), "no");
  EXPECT_EQ(judged(sample, any(sample)), "no");
  EXPECT_EQ(judged(paid, any(paid)), "yes");
}

TEST(PaymentIntentId, IsSafeInAPath) {
  for (const std::string id : {"pi_1", "pi_1PgafyB7WZ01zgkWSjxsAJo3", "pi_a_b"})
    EXPECT_TRUE(checks::is_payment_intent_id(id)) << id;
  EXPECT_TRUE(checks::is_payment_intent_id("pi_" + std::string(252, 'a')));
  for (const std::string& id : {std::string{}, std::string{"pi_"}, std::string{"pi"}, std::string{"ch_1"}, std::string{"PI_1"},
                                std::string{" pi_1"}, std::string{"pi_1 "}, std::string{"pi_1/../customers"},
                                std::string{"pi_1?expand"}, std::string{"pi_1%2e"}, std::string{"pi_1#"}, std::string{"pi_1\n"},
                                std::string{"pi_1\0", 5}, std::string{"pi_\xC3\xA4"}, "pi_" + std::string(253, 'a')})
    EXPECT_FALSE(checks::is_payment_intent_id(id)) << id;
}

}  // namespace
}  // namespace claimcheck
