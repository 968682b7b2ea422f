#include "fcgi/error_table.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

/// Rows that no route of this version can meet: they belong to checks, bindings and limits that do not exist yet, or to faults
/// that a test from outside cannot make. The first test fails as soon as one of them is reached below.
const std::set<Errc> out_of_reach{Errc::not_ready,
                                  Errc::payment_required,
                                  Errc::address_not_allowed,
                                  Errc::country_not_allowed,
                                  Errc::file_not_attached,
                                  Errc::rate_limited,
                                  Errc::internal,
                                  Errc::download_in_progress /* Worker suite */,
                                  Errc::unavailable /* DatabaseDown suite */};

class ErrorTable : public testing::Test {
 protected:
  Issued issue(const std::string& name, const IssueOptions& options = {}) {
    return site.issue(site.add_file(name, "content of " + name), options);
  }

  HttpRequest get(const std::string& target) { return {.target = target}; }

  HttpRequest api(const std::string& method, const std::string& target, const std::string& key, const std::string& body = {}) {
    return {.method = method, .target = target, .headers = {{"Authorization", "Bearer " + key}}, .body = body};
  }

  /// Each row that is reached has its status there, whatever the client accepts.
  void expect_rows(const std::map<Errc, HttpRequest>& reached, fcgi::Surface surface) {
    for (const fcgi::ErrorRow& row : fcgi::error_table()) {
      SCOPED_TRACE(row.name);
      const auto found = reached.find(row.code);
      EXPECT_NE(found != reached.end(), out_of_reach.contains(row.code)) << "either reached, or listed with its reason";
      if (found == reached.end()) continue;
      for (const char* accept : {"application/json", "text/html,application/xhtml+xml", "*/*"}) {
        SCOPED_TRACE(accept);
        HttpRequest request = found->second;
        request.headers.emplace_back("Accept", accept);
        const Answer answer = fetch(site.port(), request);
        if (std::string_view{accept} == "application/json" && answer.status == 200) {
          EXPECT_TRUE(answer.body.find("\"state\"") != std::string::npos) << "a link's public state, whatever became of it";
          continue;
        }
        EXPECT_EQ(answer.status, row.status(surface)) << answer.body;
        EXPECT_EQ(answer.header("Cache-Control"), "private, no-store");
        EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer");
        EXPECT_NE(answer.body.find(row.tells_why ? "limit" : row.message.substr(0, 20)), std::string::npos) << answer.body;
        const std::string type = answer.header("Content-Type").value_or("");
        if (type == "application/json") {
          const auto body = nlohmann::json::parse(answer.body);
          EXPECT_EQ(body.at("error"), row.name);
          EXPECT_EQ(body.at("code"), row.status(surface));
          EXPECT_TRUE(body.at("details").is_object());
        } else {
          EXPECT_TRUE(type.starts_with(std::string_view{accept}.starts_with("text/html") ? "text/html" : "text/plain")) << type;
        }
      }
    }
  }

  Site site;
  std::unique_ptr<FrontEnd> front = start(Front::nginx, site);
};

TEST_F(ErrorTable, EveryRowIsReachedWithTheSameStatusInEveryFormat) {
  const std::string key = site.ask({"key", "add", "reader", "--scope", "read"}).at("key");
  const Issued expired = issue("expired", {.ttl = "1s"}), revoked = issue("revoked"), used = issue("used"),
               gone = issue("gone"), changed = issue("changed"), open = issue("open", {.policy = "open"});
  site.ask({"token", "revoke", revoked.id});
  ASSERT_EQ(fetch(site.port(), get(used.path)).status, 200);
  std::filesystem::remove(site.uploads() / "2026/11/gone");
  site.add_file("changed", "something else");
  wait_until("a second has passed",
             [&] { return fetch(site.port(), {.method = "HEAD", .target = expired.path}).status == 410; });
  HttpRequest beyond = get(open.path), unlike = get(open.path);
  beyond.headers = {{"Range", "bytes=1000000-"}};
  unlike.headers = {{"If-Match", "\"another\""}};
  HttpRequest large = api("POST", "/dl/v1/tokens", key, std::string(70'000, ' '));

  const std::map<Errc, HttpRequest> reached{
      {Errc::bad_request, api("GET", "/dl/v1/tokens?limit=x", key)},
      {Errc::missing_token, get("/dl/")},
      {Errc::invalid_token, get("/dl/" + secret_that_opens_nothing)},
      {Errc::token_expired, get(expired.path)},
      {Errc::token_revoked, get(revoked.path)},
      {Errc::usage_limit_exceeded, get(used.path)},
      {Errc::file_not_found, get(gone.path)},
      {Errc::file_changed, get(changed.path)},
      {Errc::unauthorized, get("/dl/v1/tokens")},
      {Errc::forbidden, api("POST", "/dl/v1/tokens", key, "{}")},
      {Errc::method_not_allowed, {.method = "DELETE", .target = open.path}},
      {Errc::payload_too_large, large},
      {Errc::precondition_failed, unlike},
      {Errc::range_not_satisfiable, beyond},
  };
  expect_rows(reached, fcgi::Surface::native);
}

TEST_F(ErrorTable, TheSameRowsAreReachedAtTheAddressesOfBackups) {
  const std::string key = site.ask({"key", "add", "backups", "--scope", "storage:uploads"}).at("key");
  const auto path = [](const Issued& issued) { return "/dl/api/storage/public-download?token=" + issued.secret; };
  const Issued expired = issue("expired", {.ttl = "1s"}), revoked = issue("revoked"), used = issue("used"),
               gone = issue("gone"), changed = issue("changed"), open = issue("open", {.policy = "open"});
  site.ask({"token", "revoke", revoked.id});
  ASSERT_EQ(fetch(site.port(), get(path(used))).status, 200);
  std::filesystem::remove(site.uploads() / "2026/11/gone");
  site.add_file("changed", "something else");
  wait_until("a second has passed",
             [&] { return fetch(site.port(), {.method = "HEAD", .target = path(expired)}).status == 401; });
  HttpRequest beyond = get(path(open)), unlike = get(path(open));
  beyond.headers = {{"Range", "bytes=1000000-"}};
  unlike.headers = {{"If-Match", "\"another\""}};
  const std::string ask = "/dl/api/storage/uploads/download-url";

  const std::map<Errc, HttpRequest> reached{
      {Errc::bad_request, api("POST", ask, key, R"({"file": "a", "limit": 1})")},
      {Errc::missing_token, get("/dl/api/storage/public-download")},
      {Errc::invalid_token, get("/dl/api/storage/public-download?token=" + secret_that_opens_nothing)},
      {Errc::token_expired, get(path(expired))},
      {Errc::token_revoked, get(path(revoked))},
      {Errc::usage_limit_exceeded, get(path(used))},
      {Errc::file_not_found, get(path(gone))},
      {Errc::file_changed, get(path(changed))},
      {Errc::unauthorized, {.method = "POST", .target = ask}},
      {Errc::forbidden, api("POST", "/dl/api/storage/others/download-url", key, "{}")},
      {Errc::method_not_allowed, {.method = "DELETE", .target = path(open)}},
      {Errc::payload_too_large, api("POST", ask, key, std::string(70'000, ' '))},
      {Errc::precondition_failed, unlike},
      {Errc::range_not_satisfiable, beyond},
  };
  expect_rows(reached, fcgi::Surface::storage);
}

}  // namespace
}  // namespace claimcheck
