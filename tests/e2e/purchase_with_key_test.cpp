#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/fastcgi_client.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;

const std::string shop_with_keys = R"toml(
[policy.sale]
max_uses = 3
[purchase]
policy = "sale"
[product.linux]
file = "2026/11/app.tar.gz"
)toml";

/// A shop that asks from its server, with a key, and has been paid in its own way.
class PurchaseWithKey : public testing::Test {
 protected:
  FastCgiAnswer generate(const std::string& key, const std::string& payment = "order 7") {
    const std::string text =
        Json{{"customer_email", "ada@example.com"}, {"payment_intent_id", payment}, {"platform", "Linux x86_64"}}.dump();
    const Fields headers = key.empty() ? Fields{} : Fields{{"Authorization", "Bearer " + key}};
    return call(site.socket_address("worker"),
                cgi_variables({.method = "POST", .target = "/api/downloads/generate-token", .headers = headers, .body = text}),
                text);
  }

  Site site{{}, shop_with_keys};
  std::string file = site.add_file("app.tar.gz", "linux");
  std::unique_ptr<Process> worker = site.start_worker("worker", 4);
};

TEST_F(PurchaseWithKey, LinksAreMadeForWhoMayIssueThem) {
  const std::string issuer = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  const std::string reader = site.ask({"key", "add", "reader", "--scope", "read"}).at("key");
  EXPECT_EQ(generate("").status, 401);
  EXPECT_EQ(generate(std::string(64, 'a')).status, 401);
  EXPECT_EQ(generate(reader).status, 403);
  const FastCgiAnswer first = generate(issuer);
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(generate(issuer).body, first.body) << "one link for an order";
  EXPECT_NE(generate(issuer, "order 8").body, first.body);
  EXPECT_EQ(site.ask({"token", "list"}).at("tokens").size(), 2);
}

}  // namespace
}  // namespace claimcheck
