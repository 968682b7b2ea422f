#include "checks/stripe_event.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/hmac.h"
#include "tests/support/stripe_samples.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using nlohmann::json;
using test::stripe_sample;

/// An event about a payment.
json event(const std::string& type, const json& object) {
  return {{"id", "evt_1"},    {"object", "event"},           {"type", type}, {"created", 1'800'000'000},
          {"livemode", true}, {"data", {{"object", object}}}};
}

TEST(StripeEvent, APaymentAsStripeTellsOfIt) {
  const auto parsed = checks::parse_event(stripe_sample("event-payment_intent.succeeded.json"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->state, PaymentState::paid);
  EXPECT_EQ(parsed->payment, "pi_000000000000000000000000");
  EXPECT_EQ(parsed->email, "");
  EXPECT_EQ(parsed->platform, "");
  EXPECT_EQ(checks::parse_event(stripe_sample("event-payment_intent.payment_failed.json")), std::nullopt);
}

TEST(StripeEvent, ARefundAsStripeTellsOfIt) {
  json refund = json::parse(stripe_sample("event-charge.refunded.json"));
  EXPECT_EQ(checks::parse_event(refund.dump()), std::nullopt) << "a charge without a PaymentIntent";
  refund["data"]["object"]["payment_intent"] = "pi_1";
  const auto parsed = checks::parse_event(refund.dump());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->state, PaymentState::refunded);
  EXPECT_EQ(parsed->payment, "pi_1");
}

TEST(StripeEvent, ACheckoutAsStripeTellsOfIt) {
  json session = json::parse(stripe_sample("fixtures3-excerpt.json")).at("checkout.session");
  session["payment_status"] = "paid";
  session["metadata"] = {{"platform", "macos"}, {"count", 3}};
  const auto parsed = checks::parse_event(event("checkout.session.completed", session).dump());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->state, PaymentState::paid);
  EXPECT_EQ(parsed->payment, "pi_1PgafyB7WZ01zgkWSjxsAJo3");
  EXPECT_EQ(parsed->email, "example@example.com");
  EXPECT_EQ(parsed->platform, "macos");
}

TEST(StripeEvent, ItsTypeAndStateSayWhatItMeans) {
  const json payment{{"id", "pi_1"}, {"object", "payment_intent"}};
  const auto about = [](const char* member = "object", const char* value = "x") {
    return json{{"id", "x"}, {"payment_intent", "pi_1"}, {member, value}};
  };
  const struct {
    const char* type;
    json object;
    std::optional<PaymentState> expected;
  } cases[] = {
      {"payment_intent.succeeded", payment, PaymentState::paid},
      {"payment_intent.processing", payment, std::nullopt},
      {"payment_intent.payment_failed", payment, std::nullopt},
      {"payment_intent.canceled", payment, std::nullopt},
      {"payment_intent.created", payment, std::nullopt},
      {"checkout.session.completed", about("payment_status", "paid"), PaymentState::paid},
      {"checkout.session.completed", about("payment_status", "unpaid"), std::nullopt},
      {"checkout.session.completed", about("payment_status", "no_payment_required"), std::nullopt},
      {"checkout.session.completed", about(), std::nullopt},
      {"checkout.session.async_payment_succeeded", about("payment_status", "paid"), PaymentState::paid},
      {"checkout.session.async_payment_failed", about("payment_status", "unpaid"), std::nullopt},
      {"checkout.session.expired", about(), std::nullopt},
      {"charge.succeeded", about(), std::nullopt},
      {"charge.refunded", about(), PaymentState::refunded},
      {"refund.created", about("status", "succeeded"), PaymentState::refunded},
      {"refund.created", about("status", "pending"), PaymentState::refunded},
      {"refund.created", about("status", "failed"), std::nullopt},
      {"refund.updated", about("status", "succeeded"), PaymentState::refunded},
      {"refund.updated", about("status", "canceled"), std::nullopt},
      {"charge.refund.updated", about("status", "failed"), std::nullopt},
      {"refund.failed", about("status", "failed"), std::nullopt},
      {"charge.dispute.created", about(), PaymentState::disputed},
      {"charge.dispute.funds_withdrawn", about(), PaymentState::disputed},
      {"charge.dispute.closed", about(), std::nullopt},
      {"customer.created", about(), std::nullopt},
      {"of.the.future", about(), std::nullopt},
      {"charge.refunded", json{{"payment_intent", payment}}, PaymentState::refunded},
      {"charge.refunded", json{{"payment_intent", nullptr}}, std::nullopt},
      {"charge.refunded", json{{"payment_intent", "pi_1/.."}}, std::nullopt},
      {"checkout.session.completed", json{{"payment_status", "paid"}}, std::nullopt},
  };
  for (const auto& c : cases) {
    const auto parsed = checks::parse_event(event(c.type, c.object).dump());
    SCOPED_TRACE(fmt::format("{} {}", c.type, c.object.dump()));
    ASSERT_EQ(parsed.has_value(), c.expected.has_value());
    if (!parsed) continue;
    EXPECT_EQ(parsed->state, *c.expected);
    EXPECT_EQ(parsed->payment, "pi_1");
  }
}

TEST(StripeEvent, ThePayersAddressIsWhereItReallyIs) {
  const json payment{{"id", "pi_1"}, {"object", "payment_intent"}, {"receipt_email", nullptr}};
  const auto email = [](const std::string& type, const json& object) {
    const auto parsed = checks::parse_event(event(type, object).dump());
    return parsed ? parsed->email : "no event";
  };
  json by_receipt = payment, by_charge = payment, by_metadata = payment;
  by_receipt["receipt_email"] = "Ada@example.com";
  by_charge["charges"]["data"] = json::array({{{"paid", true}, {"billing_details", {{"email", "ada@example.com"}}}}});
  by_metadata["metadata"]["email"] = "ada@example.com";
  EXPECT_EQ(email("payment_intent.succeeded", payment), "");
  EXPECT_EQ(email("payment_intent.succeeded", by_receipt), "Ada@example.com");
  EXPECT_EQ(email("payment_intent.succeeded", by_charge), "ada@example.com");
  EXPECT_EQ(email("payment_intent.succeeded", by_metadata), "ada@example.com");
  const json session{{"payment_status", "paid"}, {"payment_intent", "pi_1"}, {"customer_email", "given@example.com"}};
  json detailed = session;
  detailed["customer_details"] = {{"email", "typed@example.com"}};
  EXPECT_EQ(email("checkout.session.completed", session), "given@example.com");
  EXPECT_EQ(email("checkout.session.completed", detailed), "typed@example.com");
}

TEST(StripeEvent, IsReadOnlyIfItIsSigned) {
  EXPECT_FALSE(checks::stripe_events({}));
  constexpr std::int64_t signed_at = 1533204620;
  const ReadPaymentEvent read = checks::stripe_events({"webhook_secret"});
  const std::string paid = event("payment_intent.succeeded", {{"id", "pi_1"}, {"object", "payment_intent"}}).dump();
  const std::string header = "t=1533204620,v1=" + hmac_sha256_hex("webhook_secret", "1533204620." + paid);
  const auto parsed = read(header, paid, from_unix(signed_at));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->payment, "pi_1");
  const std::string of_another_body = "t=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7";
  EXPECT_THROW(read(of_another_body, paid, from_unix(signed_at)), Error);
  EXPECT_EQ(read(of_another_body, stripe_sample("event_test_signature.json"), from_unix(signed_at)), std::nullopt)
      << "of another kind";
}

TEST(StripeEvent, WhatIsNoEventIsRefused) {
  json no_object = event("charge.refunded", nullptr), no_type = event("charge.refunded", json::object()), other = no_type;
  no_type["type"] = 5;
  other["object"] = "charge";
  for (const std::string& text :
       {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{"null"}, std::string{"{}"}, std::string{"\xff"},
        std::string(100'000, '['), no_object.dump(), no_type.dump(), other.dump()}) {
    const auto error = test::thrown([&] { checks::parse_event(text); });
    ASSERT_TRUE(error) << text.substr(0, 50);
    EXPECT_EQ(error->code(), Errc::bad_request);
  }
}

}  // namespace
}  // namespace claimcheck
