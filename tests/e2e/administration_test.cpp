#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "core/time.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;

const std::string mail = "[mail]\ntransport = \"none\"\nfrom = \"downloads@example.com\"\n";

/// A site with two workers of their own over one database, and what its plug-in asks them.
class Administration : public testing::Test {
 protected:
  FastCgiAnswer ask(const std::string& path, const Json& body = nullptr, Fields headers = {},
                    const std::string& worker = "first") {
    headers.emplace_back("Authorization", "Bearer " + key);
    const std::string text = body.is_null() ? "" : body.dump();
    const std::string method = body.is_null() ? "GET" : "POST";
    return call(site.socket_address(worker),
                cgi_variables({.method = method, .target = path, .headers = headers, .body = text}), text);
  }

  Json told(const FastCgiAnswer& answer, int status = 200) {
    EXPECT_EQ(answer.status, status) << answer.body;
    return answer.status == status ? Json::parse(answer.body) : Json::object();
  }

  int open(const std::string& secret, const std::string& worker) {
    return call(site.socket_address(worker), cgi_variables({.target = "/dl/" + secret})).status;
  }

  Site site{MariaDb::shared().fresh_schema("administration"), mail};
  std::string file = site.add_file("report.pdf", "the report");
  std::string key = site.ask({"key", "add", "plug-in", "--scope", "issue,read,manage"}).at("key");
  std::unique_ptr<Process> first = site.start_worker("first", 4), second = site.start_worker("second", 4);
};

TEST_F(Administration, WhatAnAnswerSaysIsSeenByEveryRequestThatStartsAfterItOnEveryWorker) {
  for (int round = 0; round < 20; ++round) {
    const Json issued = told(ask("/dl/v1/tokens", {{"file", file}, {"max_uses", 1}}), 201);
    const std::string secret = issued.at("secret"), tokens = "/dl/v1/tokens/" + issued.at("id").get<std::string>();
    EXPECT_EQ(open(secret, "second"), 200);
    EXPECT_EQ(open(secret, "first"), 410);
    told(ask(tokens + "/extend", {{"uses", 1}}));
    EXPECT_EQ(open(secret, "second"), 200) << "a use more";
    const std::string renewed = told(ask(tokens + "/regenerate", {{"uses", 2}})).at("secret");
    EXPECT_EQ(open(secret, "second"), 410) << "the old secret";
    EXPECT_EQ(open(renewed, "second"), 200);
    told(ask(tokens + "/revoke", Json::object()));
    EXPECT_EQ(open(renewed, "second"), 410);
  }
}

TEST_F(Administration, AKeyThatIsRevokedOpensNothingOnAnyWorkerFromTheAnswerOn) {
  const Json keys = site.ask({"key", "list"});
  const std::string id = keys.at("keys").at(0).at("id");
  std::atomic<bool> revoked = false;
  std::atomic<int> after = 0, before = 0;
  std::vector<std::thread> callers;
  for (const char* worker : {"first", "second"})
    callers.emplace_back([&, worker] {
      for (int i = 0; i < 200 && after < 20; ++i) {
        const bool late = revoked;
        const int status = ask("/dl/v1/tokens", nullptr, {}, worker).status;
        if (!late) ++before;
        if (late) {
          ++after;
          EXPECT_NE(status, 200);
        }
      }
    });
  wait_until("the callers are at work", [&] { return before > 10; });
  site.ask({"key", "revoke", id});
  revoked = true;
  for (auto& caller : callers) caller.join();
  EXPECT_GT(after, 0);
}

TEST_F(Administration, ExtendingAddsAndNeverTakesAway) {
  const Json issued = told(ask("/dl/v1/tokens", {{"file", file}, {"ttl", "1h"}}), 201);
  const std::string path = "/dl/v1/tokens/" + issued.at("id").get<std::string>() + "/extend";
  const auto seconds_of = [](const Json& token) {
    return to_unix(parse_rfc3339(token.at("expires_at").get<std::string>()).value());
  };
  const Json longer = told(ask(path, {{"ttl", "2h"}}));
  EXPECT_EQ(seconds_of(longer), seconds_of(issued) + 7200);
  EXPECT_EQ(longer.at("max_uses"), 1);
  EXPECT_EQ(told(ask(path, {{"uses", 3}})).at("max_uses"), 4);
  const struct {
    const char* name;
    Json body;
    const char* field;
  } wrong[] = {
      {"nothing", Json::object(), "ttl"},
      {"less time", {{"ttl", "-1h"}}, "ttl"},
      {"no time", {{"ttl", "0s"}}, "ttl"},
      {"fewer uses", {{"uses", -1}}, "uses"},
      {"text for a number", {{"uses", "3"}}, "uses"},
      {"too many", {{"uses", 10'000'000}}, "uses"},
      {"something else", {{"uses", 1}, {"max_uses", 9}}, "max_uses"},
  };
  for (const auto& c : wrong) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(told(ask(path, c.body), 400).at("details").at("field"), c.field);
  }
  EXPECT_EQ(site.show(issued.at("id")).at("max_uses"), 4);
  const Finished by_hand = site.command({"token", "extend", issued.at("id"), "--ttl", "1h", "--uses", "1"});
  EXPECT_EQ(by_hand.status, 0) << by_hand.err;
  EXPECT_NE(by_hand.out.find("for 5 downloads; 0 used"), std::string::npos) << by_hand.out;
}

TEST_F(Administration, TheSameRequestAgainIsTheSameLinkAndMailsOnce) {
  const Json wanted{{"file", file}, {"email", "ada@example.com"}, {"send_mail", true}, {"facts", {{"order_id", "7"}}}};
  const Fields name{{"Idempotency-Key", "order 7"}};
  const Json once = told(ask("/dl/v1/tokens", wanted, name), 201);
  std::vector<std::thread> again;
  for (int i = 0; i < 16; ++i)
    again.emplace_back(
        [&, i] { EXPECT_EQ(told(ask("/dl/v1/tokens", wanted, name, i % 2 == 0 ? "first" : "second"), 201), once); });
  for (auto& thread : again) thread.join();
  EXPECT_EQ(told(ask("/dl/v1/tokens?fact=order_id:7")).at("tokens").size(), 1);
  EXPECT_EQ(site.ask({"mail", "list"}).at("mails").size(), 1);
  Json other = wanted;
  other["file"] = site.add_file("other.pdf", "another");
  EXPECT_EQ(told(ask("/dl/v1/tokens", other, name), 400).at("details").at("field"), "Idempotency-Key");
}

TEST_F(Administration, FiftyCopiesOfARequestAtOnceMakeOneLink) {
  const Json wanted{{"file", file}, {"facts", {{"order_id", "8"}}}};
  std::vector<std::string> secrets(50);
  std::vector<std::thread> copies;
  for (std::size_t i = 0; i < secrets.size(); ++i)
    copies.emplace_back([&, i] {
      secrets[i] = told(ask("/dl/v1/tokens", wanted, {{"Idempotency-Key", "order 8"}}, i % 2 == 0 ? "first" : "second"), 201)
                       .at("secret");
    });
  for (auto& copy : copies) copy.join();
  EXPECT_EQ(secrets, std::vector<std::string>(secrets.size(), secrets.front()));
  EXPECT_EQ(told(ask("/dl/v1/tokens?fact=order_id:8")).at("tokens").size(), 1);
}

TEST_F(Administration, ListsAreFilteredAndGoOnWhereTheyStopped) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i)
    ids.push_back(told(ask("/dl/v1/tokens", {{"file", file},
                                             {"email", i % 2 == 0 ? "ada@example.com" : "bob@example.com"},
                                             {"facts", {{"batch", "9"}, {"number", std::to_string(i)}}}}),
                       201)
                      .at("id"));
  told(ask("/dl/v1/tokens/" + ids[0] + "/revoke", Json::object()));
  const auto listed = [&](const std::string& query) {
    const Json page = told(ask("/dl/v1/tokens?" + query));
    std::vector<std::string> found;
    for (const Json& token : page.at("tokens")) found.push_back(token.at("id"));
    return found;
  };
  // Those of one second are in no order but that of their ids.
  const auto of = [&](const std::vector<std::size_t>& numbers) {
    std::vector<std::string> some;
    for (const std::size_t number : numbers) some.push_back(ids[number]);
    std::ranges::sort(some, std::greater{});
    return some;
  };
  EXPECT_EQ(listed("fact=batch:9&email=ADA@example.com"), of({4, 2, 0}));
  EXPECT_EQ(listed("fact=batch:9&email=ada@example.com&state=active"), of({4, 2}));
  EXPECT_EQ(listed("fact=number:3"), of({3}));
  EXPECT_EQ(listed("state=revoked"), of({0}));
  std::vector<std::string> pages;
  std::string query = "fact=batch:9&limit=2";
  for (;;) {
    const Json page = told(ask("/dl/v1/tokens?" + query));
    for (const Json& token : page.at("tokens")) pages.push_back(token.at("id"));
    if (page.at("after").is_null()) break;
    query = "fact=batch:9&limit=2&after=" + page.at("after").get<std::string>();
  }
  EXPECT_EQ(pages, of({4, 3, 2, 1, 0}));
  for (const char* wrong : {"state=alive", "fact=nothing", "limit=0", "after=5", "sort=size"})
    EXPECT_EQ(ask(std::string{"/dl/v1/tokens?"} + wrong).status, 400) << wrong;
}

TEST_F(Administration, ALinkThatIsMailedAgainCarriesTheNewSecretOnly) {
  const Json issued = told(ask("/dl/v1/tokens", {{"file", file}, {"email", "ada@example.com"}, {"send_mail", true}}), 201);
  const std::string path = "/dl/v1/tokens/" + issued.at("id").get<std::string>() + "/regenerate";
  told(ask(path, {{"send_mail", true}}));
  told(ask(path, {{"send_mail", true}}));
  EXPECT_EQ(site.ask({"mail", "list"}).at("mails").size(), 3) << "the link, and each that took its place";
  const Json without = told(ask("/dl/v1/tokens", {{"file", file}}), 201);
  EXPECT_EQ(ask("/dl/v1/tokens/" + without.at("id").get<std::string>() + "/regenerate", {{"send_mail", true}}).status, 400);
}

}  // namespace
}  // namespace claimcheck
