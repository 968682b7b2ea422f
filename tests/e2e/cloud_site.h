#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/noise.h"
#include "tests/support/object_server.h"
#include "tests/support/site.h"

namespace claimcheck::test {

inline constexpr const char* cloud_policies = R"(
[policy.exact]
max_uses = 1
exact = "always"
[policy.latest]
max_uses = 1
on_change = "serve"
[policy.sale]
max_uses = 2
[purchase]
policy = "sale"
[product.macos]
storage = "direct"
file = "app.dmg"
filename = "App 3.dmg"
[product.linux]
storage = "cloud"
file = "app.dmg"
)";

/// A site whose files lie in a bucket: as storage "cloud" the worker streams them, as "direct" visitors are sent there.
struct CloudSite {
  ObjectServer server;
  Site site{std::string{},
            server.toml("s3", "cloud") + server.toml("gcs", "direct", "delivery = \"redirect\"") + cloud_policies};
  static constexpr std::size_t size = 8 << 20;
  const std::string content = noise(size);

  CloudSite() { server.put("app.dmg", content); }

  Issued issue(const std::string& storage, const std::string& policy = "default") const {
    return site.issue("app.dmg", {.policy = policy, .storage = storage});
  }
  nlohmann::json uses(const Issued& token) const { return site.show(token.id).at("uses"); }
  /// What the database tells of the latest download, which it does a moment after its end.
  std::string latest_outcome(const Issued& token) const {
    nlohmann::json deliveries;
    wait_until("the database tells", [&] { return !(deliveries = site.show(token.id).at("deliveries")).empty(); });
    return deliveries.at(0).at("outcome");
  }
  /// Nothing that opens a bucket may be found where operators look.
  void expect_discreet() const {
    for (const char* secret : {"Signature", "hush"}) EXPECT_EQ(site.log().find(secret), std::string::npos) << site.log();
  }
};

}  // namespace claimcheck::test
