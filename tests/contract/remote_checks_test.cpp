#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "checks/open_checks.h"
#include "core/error.h"
#include "tests/support/api_server.h"
#include "tests/support/stripe_samples.h"

namespace claimcheck {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;
using test::ApiServer;
using test::Authority;

using Facts = std::map<std::string, std::string>;

/// The checks of a configuration that asks a server of this machine, which says yes to all it is asked.
class RemoteChecks : public testing::Test {
 protected:
  RemoteChecks() {
    authority_.issue("right", "DNS:localhost");
    server_.emplace(authority_, "right");
    server_->say(payment().dump());
  }

  static json payment() { return test::paid_intent("pi_1", "ada@example.com"); }

  /// What a visitor would be told, and that it is told in time.
  std::optional<Errc> told(CheckSettings::Kind kind, const std::string& address, const std::string& email = "ada@example.com") {
    CheckSettings settings{.kind = kind,
                           .url = address,
                           .secret_key = "hush",
                           .api = address,
                           .amount = 2000,
                           .currency = "usd",
                           .ca_file = authority_.certificate(),
                           .private_addresses = true,
                           .timeout = seconds{1}};
    const Facts facts{{"payment_intent_id", "pi_1"}};
    const Checks checks = checks::open_checks({{"payment", settings}}, {},
                                              {.now = [] { return from_unix(1'800'000'000); }, .steady = steady_clock::now});
    const auto asked = steady_clock::now();
    std::optional<Errc> code;
    try {
      require_checks(checks, {"payment"}, {.email = email, .facts = facts});
    } catch (const Error& error) {
      code = error.code();
      EXPECT_EQ(std::string{error.what()}.find("hush"), std::string::npos) << error.what();
    }
    EXPECT_LT(steady_clock::now() - asked, seconds{4}) << address;
    return code;
  }

  Authority authority_;
  std::optional<ApiServer> server_;
};

constexpr auto stripe = CheckSettings::Kind::stripe, hook = CheckSettings::Kind::hook;

TEST_F(RemoteChecks, AGoodAnswerIsAYes) {
  EXPECT_EQ(told(stripe, server_->origin() + "/good"), std::nullopt);
  EXPECT_EQ(told(stripe, server_->origin() + "/chunked/"), std::nullopt);
  EXPECT_EQ(told(hook, server_->origin() + "/good"), std::nullopt);
  EXPECT_EQ(told(hook, server_->origin() + "/status/204"), std::nullopt);
  EXPECT_EQ(server_->paths().front(), "/good/v1/payment_intents/pi_1?expand%5B%5D=latest_charge");
}

TEST_F(RemoteChecks, APaymentThatIsNotRightOpensNothing) {
  const struct {
    const char* name;
    std::function<void(json&)> change;
    Errc expected;
  } cases[] = {
      {"pending", [](json& pi) { pi["status"] = "processing"; }, Errc::not_ready},
      {"failed", [](json& pi) { pi["status"] = "requires_payment_method"; }, Errc::payment_required},
      {"refunded",
       [](json& pi) {
         pi["latest_charge"]["refunded"] = true;
         pi["latest_charge"]["amount_refunded"] = 2000;
       },
       Errc::payment_required},
      {"partially refunded", [](json& pi) { pi["latest_charge"]["amount_refunded"] = 1; }, Errc::payment_required},
      {"disputed", [](json& pi) { pi["latest_charge"]["disputed"] = true; }, Errc::payment_required},
      {"wrong amount", [](json& pi) { pi["amount_received"] = 1999; }, Errc::payment_required},
      {"wrong currency", [](json& pi) { pi["currency"] = "jpy"; }, Errc::payment_required},
      {"wrong e-mail", [](json& pi) { pi["latest_charge"]["billing_details"]["email"] = "eve@example.com"; },
       Errc::payment_required},
      {"a test payment", [](json& pi) { pi["livemode"] = false; }, Errc::payment_required},
      {"another payment", [](json& pi) { pi["id"] = "pi_2"; }, Errc::unavailable},
      {"no payment", [](json& pi) { pi = json::object(); }, Errc::unavailable},
  };
  for (const auto& c : cases) {
    json intent = payment();
    c.change(intent);
    server_->say(intent.dump());
    EXPECT_EQ(told(stripe, server_->origin() + "/good"), c.expected) << c.name;
  }
}

TEST_F(RemoteChecks, WhateverElseASourceDoesIsNoYes) {
  for (const auto kind : {stripe, hook}) {
    SCOPED_TRACE(kind == stripe ? "stripe" : "hook");
    for (const char* way :
         {"hang",       "slow-head",    "slow-body",        "slow-chunks", "continue",   "endless-head", "long-line",
          "huge",       "huge-chunked", "huge-unannounced", "cut",         "padded",     "close",        "garbage",
          "no-status",  "redirect",     "status/301",       "status/302",  "status/303", "status/307",   "status/308",
          "status/429", "status/500",   "status/502",       "status/503",  "status/504"})
      EXPECT_EQ(told(kind, server_->origin() + "/" + way), Errc::unavailable) << way;
  }
  for (const char* way : {"text", "status/400", "status/401", "status/403"})
    EXPECT_EQ(told(stripe, server_->origin() + "/" + way), Errc::unavailable) << way;
  EXPECT_EQ(told(stripe, server_->origin() + "/status/404"), Errc::payment_required);
  EXPECT_EQ(told(hook, server_->origin() + "/status/404"), Errc::payment_required);
  EXPECT_EQ(told(hook, server_->origin() + "/status/425"), Errc::not_ready);
  for (const std::string& path : server_->paths())
    EXPECT_FALSE(path.starts_with("/good")) << "a redirect was followed: " << path;
}

TEST_F(RemoteChecks, AnotherServersYesIsNone) {
  Authority stranger;
  stranger.issue("right", "DNS:localhost");
  authority_.issue("expired", "DNS:localhost", Authority::Validity::over);
  authority_.issue("elsewhere", "DNS:elsewhere.example.com");
  const struct {
    const Authority& authority;
    const char* certificate;
    ApiServer::Tls tls;
  } cases[] = {{stranger, "right", ApiServer::Tls::modern},       {authority_, "expired", ApiServer::Tls::modern},
               {authority_, "elsewhere", ApiServer::Tls::modern}, {authority_, "right", ApiServer::Tls::old},
               {authority_, "right", ApiServer::Tls::silent},     {authority_, "right", ApiServer::Tls::slow}};
  for (const auto& c : cases) {
    ApiServer server{c.authority, c.certificate, c.tls};
    server.say(payment().dump());
    for (const auto kind : {stripe, hook}) EXPECT_EQ(told(kind, server.origin() + "/good"), Errc::unavailable) << c.certificate;
    EXPECT_EQ(server.paths().size(), 0U) << "a key was sent to " << c.certificate;
  }
  EXPECT_EQ(told(stripe, "https://localhost:" + std::to_string(test::free_port())), Errc::unavailable) << "nobody listens";
}

TEST_F(RemoteChecks, ManyThreadsAskAtOnce) {
  constexpr int threads = 8;
  std::atomic<int> yes = 0;
  std::vector<std::thread> crowd;
  for (int thread = 0; thread < threads; ++thread)
    crowd.emplace_back([&] {
      for (int round = 0; round < 5; ++round)
        if (!told(stripe, server_->origin() + "/good")) ++yes;
    });
  for (auto& thread : crowd) thread.join();
  EXPECT_EQ(yes, threads * 5);
}

}  // namespace
}  // namespace claimcheck
