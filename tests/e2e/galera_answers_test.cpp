#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/fastcgi_client.h"
#include "tests/support/galera.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;

/// Three nodes with a worker each.
class GaleraAnswers : public testing::Test {
 protected:
  void SetUp() override {
    for (std::size_t node = 0; node < GaleraCluster::size; ++node) {
      const std::string name = fmt::format("node{}", node);
      workers.push_back(site->start_worker(name, 4, cluster.url(node, "answers")));
      addresses.push_back(site->socket_address(name));
    }
    key = site->ask({"key", "add", "answers", "--scope", "issue,read,manage"}).at("key");
    file = site->add_file("report.pdf", "the report");
  }

  FastCgiAnswer ask(std::size_t node, const std::string& path, const std::string& method = "GET",
                    const std::string& body = {}) {
    return call(
        addresses[node % addresses.size()],
        cgi_variables({.method = method, .target = path, .headers = {{"Authorization", "Bearer " + key}}, .body = body}), body);
  }

  Json told(std::size_t node, const std::string& path, const Json& body) {
    const FastCgiAnswer answer = ask(node, path, "POST", body.dump());
    EXPECT_LT(answer.status, 300) << answer.body;
    return Json::parse(answer.body);
  }

  GaleraCluster cluster;
  std::unique_ptr<Site> site = [this] {
    cluster.fresh_schema("answers");
    return std::make_unique<Site>(cluster.url(0, "answers"));
  }();
  std::vector<std::unique_ptr<Process>> workers;
  std::vector<std::string> addresses;
  std::string key, file;
};

TEST_F(GaleraAnswers, WhatOneNodeHasAnsweredIsSeenByEveryRequestThatStartsAfterItOnTheOthers) {
  for (std::size_t round = 0; round < 30; ++round) {
    SCOPED_TRACE(round);
    const Json limited = told(round, "/dl/v1/tokens", {{"file", file}, {"max_uses", 1}});
    const Json open = told(round, "/dl/v1/tokens", {{"file", file}, {"max_uses", 0}});
    const auto link = [](const Json& issued) { return "/dl/" + issued.at("secret").get<std::string>(); };
    const auto token = [](const Json& issued) { return "/dl/v1/tokens/" + issued.at("id").get<std::string>(); };
    EXPECT_EQ(ask(round + 1, link(limited)).status, 200);
    EXPECT_EQ(ask(round + 2, link(limited)).status, 410) << "used";
    told(round, token(limited) + "/extend", {{"uses", 1}});
    EXPECT_EQ(ask(round + 1, link(limited)).status, 200) << "extended";
    EXPECT_EQ(ask(round + 1, link(open)).status, 200);
    told(round, token(open) + "/revoke", Json::object());
    EXPECT_EQ(ask(round + 1, link(open)).status, 410) << "revoked";
    EXPECT_EQ(ask(round + 2, link(open)).status, 410) << "revoked";
  }
  site->ask({"key", "revoke", site->ask({"key", "list"}).at("keys").at(0).at("id")});
  for (std::size_t node = 0; node < addresses.size(); ++node) EXPECT_EQ(ask(node, "/dl/v1/tokens").status, 401) << node;
}

}  // namespace
}  // namespace claimcheck
