#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"
#include "tests/support/stripe.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;

constexpr const char* ada = "ada@example.com";
const std::string old_secret = "whsec_old", new_secret = "whsec_new";

std::string shop(const StripeApi& stripe) {
  return fmt::format(R"toml(
[policy.sale]
checks = ["payment"]
{}
[stripe]
webhook_secrets = ["{}", "{}"]
policy = "sale"
file = "2026/11/app.dmg"
[mail]
transport = "none"
from = "downloads@example.com"
)toml",
                     stripe.payment_check(), old_secret, new_secret);
}

/// A shop that learns from Stripe's events what was paid; two workers over one database.
class StripeWebhook : public testing::Test {
 protected:
  FastCgiAnswer post(const std::string& body, const std::string& signature, const std::string& worker = "first") {
    return call(
        site.socket_address(worker),
        cgi_variables(
            {.method = "POST", .target = "/dl/v1/webhooks/stripe", .headers = {{"Stripe-Signature", signature}}, .body = body}),
        body);
  }

  int tell(const std::string& type, const Json& intent, const std::string& worker = "first") {
    const std::string body = stripe_event(type, intent);
    return post(body, stripe_signature(new_secret, body), worker).status;
  }

  Json tokens() { return site.ask({"token", "list"}).at("tokens"); }
  std::size_t mails() { return site.ask({"mail", "list"}).at("mails").size(); }

  StripeApi stripe;
  Site site{MariaDb::shared().fresh_schema("stripe"), shop(stripe)};
  std::string file = site.add_file("app.dmg", "the application");
  std::unique_ptr<Process> first = site.start_worker("first", 8), second = site.start_worker("second", 8);
};

TEST_F(StripeWebhook, AHundredCopiesAtOnceMakeOneLinkAndOneMail) {
  const Json intent = paid_intent("pi_1", ada);
  stripe.keep(intent);
  std::vector<std::thread> copies;
  for (int i = 0; i < 100; ++i)
    copies.emplace_back([&, i] { EXPECT_EQ(tell("payment_intent.succeeded", intent, i % 2 == 0 ? "first" : "second"), 200); });
  for (auto& copy : copies) copy.join();
  ASSERT_EQ(tokens().size(), 1);
  EXPECT_EQ(tokens().at(0).at("email"), ada);
  EXPECT_EQ(tokens().at(0).at("facts").at("payment_intent_id"), "pi_1");
  EXPECT_EQ(mails(), 1);
}

TEST_F(StripeWebhook, WhatWasPaidBackHasNoLinkInWhateverOrderTheNewsCome) {
  const char* const paid = "payment_intent.succeeded";
  const struct {
    const char* name;
    std::vector<const char*> news;
    std::size_t links, mails;
  } cases[] = {
      {"paid", {paid}, 1, 1},
      {"paid, told again", {paid, paid, paid}, 1, 1},
      {"paid and refunded", {paid, "charge.refunded"}, 0, 1},
      {"refunded before it was paid", {"charge.refunded", paid}, 0, 0},
      {"paid, refunded, paid again", {paid, "charge.refunded", paid}, 0, 1},
      {"disputed", {paid, "charge.dispute.created", paid}, 0, 1},
      {"failed", {"payment_intent.payment_failed"}, 0, 0},
  };
  std::size_t mailed = 0;
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json intent = paid_intent("pi_case" + std::to_string(++number), ada);
    stripe.keep(intent);
    for (const char* type : c.news) EXPECT_EQ(tell(type, intent), 200);
    const Json left =
        site.ask({"token", "list", "--fact", "payment_intent_id=" + intent.at("id").get<std::string>(), "--state", "active"});
    EXPECT_EQ(left.at("tokens").size(), c.links);
    mailed += c.mails;
    EXPECT_EQ(mails(), mailed);
  }
}

TEST_F(StripeWebhook, ARefundWhileThePaymentIsToldLeavesNoLink) {
  for (int round = 0; round < 10; ++round) {
    const Json intent = paid_intent("pi_round" + std::to_string(round), ada);
    stripe.keep(intent);
    std::thread paid{[&] { EXPECT_EQ(tell("payment_intent.succeeded", intent, "first"), 200); }};
    std::thread refunded{[&] { EXPECT_EQ(tell("charge.refunded", intent, "second"), 200); }};
    paid.join();
    refunded.join();
  }
  EXPECT_TRUE(site.ask({"token", "list", "--state", "active"}).at("tokens").empty());
}

TEST_F(StripeWebhook, AReplayAfterTheLinkWasRegeneratedMakesNoOther) {
  const Json intent = paid_intent("pi_1", ada);
  stripe.keep(intent);
  ASSERT_EQ(tell("payment_intent.succeeded", intent), 200);
  site.ask({"token", "regenerate", tokens().at(0).at("id")});
  tell("payment_intent.succeeded", intent);
  EXPECT_EQ(tokens().size(), 1);
  EXPECT_EQ(mails(), 1);
}

TEST_F(StripeWebhook, OnlyWhatStripeSignedNowIsBelieved) {
  const Json intent = paid_intent("pi_1", ada);
  stripe.keep(intent);
  const std::string body = stripe_event("payment_intent.succeeded", intent), good = stripe_signature(old_secret, body);
  const std::string moment = good.substr(0, good.find(','));
  const struct {
    const char* name;
    std::string body, signature;
  } cases[] = {
      {"no signature", body, ""},
      {"another secret", body, stripe_signature("whsec_other", body)},
      {"one byte more", body + " ", good},
      {"written anew", Json::parse(body).dump(1), good},
      {"another moment", body, "t=1" + good.substr(good.find(','))},
      {"another scheme", body, moment + ",v0=" + good.substr(good.find("v1=") + 3)},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(post(c.body, c.signature).status, 400);
  }
  EXPECT_TRUE(tokens().empty());
  EXPECT_EQ(post(body, moment + ",v1=00" + good.substr(good.find(','))).status, 200)
      << "one of two is right, by the older secret";
  EXPECT_EQ(tokens().size(), 1);
}

TEST_F(StripeWebhook, APaymentForSomethingElseMakesNoLinkAndIsNotToldAgain) {
  Json little = paid_intent("pi_little", ada), other = paid_intent("pi_other", ada);
  little["amount_received"] = 100;
  other["currency"] = "eur";
  for (const Json& intent : {little, other}) {
    stripe.keep(intent);
    EXPECT_EQ(tell("payment_intent.succeeded", intent), 200);
  }
  EXPECT_EQ(tell("payment_intent.succeeded", paid_intent("pi_unknown", ada)), 200);
  EXPECT_TRUE(tokens().empty());
  EXPECT_NE(site.log().find("paid_otherwise"), std::string::npos);
}

}  // namespace
}  // namespace claimcheck
