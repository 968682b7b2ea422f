#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/fastcgi_client.h"
#include "tests/support/site.h"
#include "tests/support/stripe.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;

constexpr const char* ada = "ada@example.com";

std::string shop(const StripeApi& stripe) {
  return fmt::format(R"toml(
[policy.sale]
max_uses = 3
checks = ["payment"]
{}
[purchase]
policy = "sale"
browsers = true
origins = ["https://shop.example.com"]
[product.macos]
file = "2026/11/app.dmg"
filename = "App_v3.1.dmg"
version = "3.1"
[product.windows]
file = "2026/11/app.zip"
)toml",
                     stripe.payment_check());
}

/// A shop whose pages ask for links, and Stripe.
class Purchase : public testing::Test {
 protected:
  void SetUp() override {
    site.add_file("app.dmg", std::string(3 * 1024 * 1024, 'm'));
    site.add_file("app.zip", "windows");
    std::string text = read_file(site.config());
    write_file(site.config(), text.replace(text.find("[site]\n"), 7,
                                           "[site]\nrenewal_url = \"https://shop.example.com/buy\"\nfallback_url = "
                                           "\"https://mirror.example.net/\"\n"));
    worker = site.start_worker("worker", 4);
  }

  FastCgiAnswer ask(const std::string& name, const Json& body, Fields headers = {}) {
    const std::string text = body.dump();
    return call(
        site.socket_address("worker"),
        cgi_variables({.method = "POST", .target = "/api/downloads/" + name, .headers = std::move(headers), .body = text}),
        text);
  }

  FastCgiAnswer generate(const std::string& payment, const std::string& platform = "MacIntel", const std::string& email = ada) {
    return ask("generate-token",
               {{"customer_email", email}, {"payment_intent_id", payment}, {"platform", platform}, {"user_agent", "Mozilla"}});
  }

  std::string token_for(const std::string& payment, const std::string& platform = "MacIntel") {
    const FastCgiAnswer answer = generate(payment, platform);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json::parse(answer.body).at("download_token");
  }

  FastCgiAnswer fetch_by(const std::string& token, const std::string& email = ada, const std::string& platform = "macos") {
    return ask(platform, {{"download_token", token}, {"customer_email", email}});
  }

  static std::set<std::string> members(const FastCgiAnswer& answer) {
    std::set<std::string> names;
    const Json body = Json::parse(answer.body);
    for (const auto& [name, value] : body.items()) names.insert(name);
    return names;
  }

  std::size_t tokens() { return site.ask({"token", "list"}).at("tokens").size(); }

  StripeApi stripe;
  Site site{{}, shop(stripe)};
  std::unique_ptr<Process> worker;
};

TEST_F(Purchase, AnswersWithTheDocumentedFields) {
  stripe.keep(paid_intent("pi_1", ada));
  const FastCgiAnswer generated = generate("pi_1", "MacIntel", " Ada@Example.COM ");
  ASSERT_EQ(generated.status, 200) << generated.body;
  EXPECT_EQ(members(generated), (std::set<std::string>{"download_token", "expires_at", "valid_for_hours", "max_downloads"}));
  const Json token = Json::parse(generated.body);
  EXPECT_EQ(token.at("valid_for_hours"), 24);
  EXPECT_EQ(token.at("max_downloads"), 3);
  const FastCgiAnswer fetched = fetch_by(token.at("download_token"), "ADA@example.com");
  ASSERT_EQ(fetched.status, 200) << fetched.body;
  EXPECT_EQ(members(fetched), (std::set<std::string>{"download_url", "filename", "expires_at", "file_size"}));
  const Json file = Json::parse(fetched.body);
  EXPECT_EQ(file.at("filename"), "App_v3.1.dmg");
  EXPECT_EQ(file.at("file_size"), "3MB");
  EXPECT_EQ(file.at("expires_at"), token.at("expires_at"));
  const std::string url = file.at("download_url");
  const FastCgiAnswer bytes = call(site.socket_address("worker"), cgi_variables({.target = url.substr(url.find("/dl/"))}));
  EXPECT_EQ(bytes.status, 200);
  EXPECT_EQ(bytes.received, 3U * 1024 * 1024);
  EXPECT_EQ(site.ask({"token", "list"}).at("tokens").at(0).at("uses"), 1);
}

TEST_F(Purchase, APaymentHasOneTokenForEachPlatformHoweverOftenItIsAskedFor) {
  stripe.keep(paid_intent("pi_1", ada));
  const std::string first = token_for("pi_1");
  for (const char* platform : {"MacIntel", "macOS", "MacPPC"}) EXPECT_EQ(token_for("pi_1", platform), first);
  const std::string windows = token_for("pi_1", "Win32");
  EXPECT_NE(windows, first);
  EXPECT_EQ(tokens(), 2);
  EXPECT_EQ(fetch_by(windows, ada, "windows").status, 200);
  EXPECT_EQ(fetch_by(windows, ada, "macos").status, 400) << "a token for another platform";
}

TEST_F(Purchase, APaymentThatIsNoneMakesNoToken) {
  const struct {
    const char* name;
    void (*change)(Json& intent);
    int status;
  } cases[] = {
      {"open", [](Json& intent) { intent["status"] = "requires_payment_method"; }, 402},
      {"on its way", [](Json& intent) { intent["status"] = "processing"; }, 425},
      {"canceled", [](Json& intent) { intent["status"] = "canceled"; }, 402},
      {"too little", [](Json& intent) { intent["amount_received"] = 1999; }, 402},
      {"in another currency", [](Json& intent) { intent["currency"] = "eur"; }, 402},
      {"a test", [](Json& intent) { intent["livemode"] = false; }, 402},
      {"somebody else's", [](Json& intent) { intent["latest_charge"]["billing_details"]["email"] = "eve@example.com"; }, 402},
      {"nobody's", [](Json& intent) { intent["latest_charge"]["billing_details"]["email"] = nullptr; }, 402},
      {"refunded",
       [](Json& intent) {
         intent["latest_charge"]["refunded"] = true;
         intent["latest_charge"]["amount_refunded"] = 2000;
       },
       402},
      {"refunded in part", [](Json& intent) { intent["latest_charge"]["amount_refunded"] = 1; }, 402},
      {"disputed", [](Json& intent) { intent["latest_charge"]["disputed"] = true; }, 402},
      {"another than was asked for", [](Json& intent) { intent["id"] = "pi_other"; }, 503},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json intent = paid_intent("pi_bad", ada);
    c.change(intent);
    stripe.keep("pi_bad", intent.dump());
    const FastCgiAnswer answer = generate("pi_bad");
    EXPECT_EQ(answer.status, c.status) << answer.body;
  }
  for (const char* wrong : {"pi_unknown", "../charges", "pi_1?expand=x", "ch_1"})
    EXPECT_EQ(generate(wrong).status, 402) << wrong;
  EXPECT_EQ(tokens(), 0);
}

TEST_F(Purchase, WhenStripeCannotBeAskedNothingIsMadeAndNoUseIsSpent) {
  stripe.keep(paid_intent("pi_1", ada));
  const std::string token = token_for("pi_1");
  const std::string path = "/dl/" + token;
  for (const char* answer : {"garbage", "{}", "[]", "null", ""}) {
    SCOPED_TRACE(answer);
    stripe.keep("pi_1", answer);
    const FastCgiAnswer refused = generate("pi_1");
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_EQ(Json::parse(refused.body).at("details").at("fallback_url"), "https://mirror.example.net/");
    EXPECT_EQ(generate("pi_1", "Win32").status, 503);
    EXPECT_EQ(call(site.socket_address("worker"), cgi_variables({.target = path})).status, 503);
  }
  EXPECT_EQ(tokens(), 1);
  EXPECT_EQ(site.ask({"token", "list"}).at("tokens").at(0).at("uses"), 0);
}

TEST_F(Purchase, ARefundEndsADownloadInTheMiddle) {
  Json intent = paid_intent("pi_1", ada);
  stripe.keep(intent);
  const std::string path = "/dl/" + token_for("pi_1");
  const auto part = [&](const char* range) {
    return call(site.socket_address("worker"), cgi_variables({.target = path, .headers = {{"Range", range}}})).status;
  };
  EXPECT_EQ(part("bytes=0-999"), 206);
  EXPECT_EQ(part("bytes=1000-1999"), 206);
  intent["latest_charge"]["amount_refunded"] = 2000;
  stripe.keep(intent);
  EXPECT_EQ(part("bytes=2000-2999"), 402);
  EXPECT_EQ(generate("pi_1").status, 402) << "nor is the token told again";
}

TEST_F(Purchase, AWrongAddressCannotBeToldFromAWrongToken) {
  stripe.keep(paid_intent("pi_1", ada));
  const std::string token = token_for("pi_1");
  const FastCgiAnswer wrong_token = fetch_by(std::string(64, 'a'));
  EXPECT_EQ(wrong_token.status, 401);
  for (const FastCgiAnswer& answer :
       {fetch_by(token, "eve@example.com"), fetch_by("dt_xxx_yyy_zzz"), fetch_by(secret_that_opens_nothing)}) {
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.body, wrong_token.body);
  }
  site.ask({"token", "revoke", site.ask({"token", "list"}).at("tokens").at(0).at("id")});
  EXPECT_EQ(fetch_by(token, "eve@example.com").body, wrong_token.body) << "not even that it was withdrawn";
  const FastCgiAnswer revoked = fetch_by(token);
  EXPECT_EQ(revoked.status, 410);
  EXPECT_EQ(Json::parse(revoked.body).at("details").at("renewal_url"), "https://shop.example.com/buy");
}

TEST_F(Purchase, RefusesWhatItDoesNotKnow) {
  const Json good{{"customer_email", ada}, {"payment_intent_id", "pi_1"}, {"platform", "MacIntel"}};
  const struct {
    const char* name;
    Json change;
    const char* field;
  } cases[] = {
      {"no address", {{"customer_email", ""}}, "customer_email"},
      {"two addresses", {{"customer_email", "a@example.com,b@example.com"}}, "customer_email"},
      {"no payment", {{"payment_intent_id", ""}}, "payment_intent_id"},
      {"another platform", {{"platform", "iPhone"}}, "platform"},
      {"a platform that is not sold", {{"platform", "Linux x86_64"}}, "platform"},
      {"something else", {{"amount", 1}}, "amount"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json body = good;
    body.update(c.change);
    const FastCgiAnswer answer = ask("generate-token", body);
    ASSERT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(Json::parse(answer.body).at("details").at("field"), c.field);
  }
  const FastCgiAnswer without = ask("macos", {{"customer_email", ada}});
  EXPECT_EQ(without.status, 400);
  EXPECT_EQ(Json::parse(without.body).at("error"), "missing_token");
}

TEST_F(Purchase, PagesOfTheShopMayCallAndNobodyElses) {
  stripe.keep(paid_intent("pi_1", ada));
  const Json body{{"customer_email", ada}, {"payment_intent_id", "pi_1"}, {"platform", "MacIntel"}};
  const FastCgiAnswer ours = ask("generate-token", body, {{"Origin", "https://shop.example.com"}});
  EXPECT_EQ(ours.header("Access-Control-Allow-Origin"), "https://shop.example.com");
  EXPECT_EQ(ours.header("Vary"), "Origin");
  EXPECT_EQ(ask("generate-token", body, {{"Origin", "https://evil.example"}}).header("Access-Control-Allow-Origin"),
            std::nullopt);
  const FastCgiAnswer asked =
      call(site.socket_address("worker"),
           cgi_variables(
               {.method = "OPTIONS", .target = "/api/downloads/macos", .headers = {{"Origin", "https://shop.example.com"}}}));
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.header("Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
}

}  // namespace
}  // namespace claimcheck
