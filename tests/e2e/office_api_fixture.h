#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/backup.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/site.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {

using Json = nlohmann::json;

inline constexpr const char* office_settings = R"toml(
[storage.cloud]
kind = "s3"
bucket = "releases"
access_key = "AKIDEXAMPLE"
secret_key = "hush"
[policy.vanishing]
delete_file = true
decrypt = false
ttl = "2h"
longest_ttl = "7d"
most_uses = 9
[policy.slow]
rate = "1 kB/s"
max_uses = 0
[mail]
transport = "none"
from = "downloads@example.com"
)toml";

/// A site behind Apache with mod_fcgid, with a storage of each kind, and what its office asks.
class OfficeSite : public testing::Test {
 protected:
  OfficeSite() {
    std::filesystem::create_directories(backups);
    write_backup(backups / "db.sql.enc", "the dump");
    write_file(site.config(), fmt::format("{}[storage.backups]\nkind = \"encrypted\"\nroot = \"{}\"\n{}",
                                          read_file(site.config()), backups.string(), dbackup_profiles()));
    give_to_site_user(site.folder());
    front = start(Front::apache_fcgid, site);
  }

  std::string add_key(const std::string& scopes) const { return site.ask({"key", "add", "k", "--scope", scopes}).at("key"); }

  Answer get(const std::string& target, const std::string& bearer) const {
    return fetch(site.port(), {.target = target, .headers = {{"Authorization", "Bearer " + bearer}}});
  }
  Answer get(const std::string& target) const { return get(target, key); }
  Answer post(const std::string& target, const Json& body, const std::string& bearer) const {
    return fetch(site.port(), {.method = "POST",
                               .target = target,
                               .headers = {{"Authorization", "Bearer " + bearer}},
                               .body = body.is_null() ? "" : body.dump()});
  }
  Answer post(const std::string& target, const Json& body = nullptr) const { return post(target, body, key); }

  static Json told(const Answer& answer, int status = 200) {
    EXPECT_EQ(answer.status, status) << answer.body;
    const Json body = Json::parse(answer.body, nullptr, false);
    EXPECT_TRUE(body.is_object()) << answer.body;
    return body.is_object() ? body : Json::object();
  }
  /// The error that an answer tells, if it has that status.
  static std::string refused(const Answer& answer, int status) { return told(answer, status).value("error", ""); }

  Site site{{}, office_settings};
  std::filesystem::path backups = site.folder() / "backups";
  std::string file = site.add_file("report.pdf", "the report");
  std::string key = add_key("issue,read,manage,storage:uploads");
  std::unique_ptr<FrontEnd> front;
};

}  // namespace claimcheck::test
