#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;

constexpr const char* ada = "ada.lovelace@example.com";
constexpr const char* mail_settings = "[mail]\ntransport = \"none\"\nfrom = \"downloads@example.com\"\n";

/// Where a site keeps its tokens, and how to see every byte of it.
struct Keeping {
  const char* name;
  std::string (*store_url)();
  std::string (*content)(const Site& site);

  friend std::ostream& operator<<(std::ostream& out, const Keeping& keeping) { return out << keeping.name; }
};

std::string files_in(const std::filesystem::path& folder) {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) all += read_file(entry.path());
  return all;
}

const Keeping keepings[] = {
    {"Sqlite", [] { return std::string{}; }, [](const Site& site) { return files_in(site.folder() / "data"); }},
    {"MariaDb", [] { return MariaDb::shared().fresh_schema("privacy"); },
     [](const Site&) {
       return run({"mariadb-dump", "--no-defaults", "--socket=" + MariaDb::shared().socket(), "--user=root", "privacy"}).out;
     }},
};

bool mentions(std::string text, std::string what) {
  const auto small = [](unsigned char c) { return static_cast<char>(std::tolower(c)); };
  std::ranges::transform(text, text.begin(), small);
  std::ranges::transform(what, what.begin(), small);
  return text.find(what) != std::string::npos;
}

/// Sets what is recorded of addresses, before any worker is started.
void set_ip_log(const Site& site, const std::string& word) {
  std::string text = read_file(site.config());
  const std::string table = "[log]\n";
  write_file(site.config(), text.insert(text.find(table) + table.size(), "ip_log = \"" + word + "\"\n"));
}

class Privacy : public testing::TestWithParam<Keeping> {
 protected:
  Answer ask(const std::string& what, const std::string& body) {
    return fetch(
        site.port(),
        {.method = "POST", .target = "/dl/v1/privacy/" + what, .headers = {{"Authorization", "Bearer " + key}}, .body = body});
  }

  Json issue(const std::string& file, const std::string& email) {
    return site.ask({"issue", file, "--email", email, "--mail", "--fact", "customer=" + email, "--fact", "order_id=1001"});
  }

  /// The token once the log has told of so many deliveries and refusals.
  Json story(const std::string& id, std::size_t deliveries, std::size_t refusals) {
    Json shown;
    wait_until("the log is written", [&] {
      shown = site.show(id);
      return shown.at("deliveries").size() == deliveries && shown.at("refusals").size() == refusals;
    });
    return shown;
  }

  static std::string path_of(const Json& token) {
    const std::string url = token.at("url");
    return url.substr(url.find("/dl/"));
  }

  std::string content() { return GetParam().content(site); }

  Site site{GetParam().store_url(), mail_settings};
  std::string key = site.ask({"key", "add", "privacy tools", "--scope", "privacy"}).at("key");
};

TEST_P(Privacy, APersonIsToldAllAndForgottenWhileADownloadGoesOn) {
  set_ip_log(site, "full");
  const std::string bytes = noise(64 << 20);
  const std::string large = site.add_file("film.bin", bytes), small = site.add_file("text.txt", "small");
  const auto front = start(Front::nginx, site);
  const Json fetched = issue(small, "Ada.Lovelace@Example.com"), running = issue(large, ada),
             others = issue(small, "bob@example.com");
  EXPECT_EQ(fetch(site.port(), {.target = path_of(fetched)}).body, "small");
  EXPECT_EQ(fetch(site.port(), {.target = path_of(fetched)}).status, 410);
  EXPECT_EQ(fetch(site.port(), {.target = path_of(others)}).body, "small");
  HttpExchange download{site.port(), {.target = path_of(running)}};
  ASSERT_EQ(download.head().status, 200);
  const std::string id = fetched.at("id");
  const Json before = story(id, 1, 1), others_before = story(others.at("id"), 1, 0);
  EXPECT_EQ(before.at("deliveries").at(0).at("network"), "127.0.0.1");

  const Json exported = site.ask({"privacy", "export", "--email", "ADA.lovelace@example.com"});
  EXPECT_EQ(exported.at("done"), true);
  std::map<std::string, int> items;
  for (const Json& item : exported.at("data")) {
    ++items[item.at("group_id")];
    for (const Json& detail : item.at("data")) EXPECT_TRUE(detail.at("name").is_string() && detail.at("value").is_string());
  }
  EXPECT_EQ(items,
            (std::map<std::string, int>{
                {"claimcheck-links", 2}, {"claimcheck-downloads", 1}, {"claimcheck-refusals", 1}, {"claimcheck-mails", 2}}));
  for (const Json& hidden : {fetched.at("secret"), running.at("secret"), others.at("id")})
    EXPECT_EQ(exported.dump().find(hidden.get<std::string>()), std::string::npos);
  EXPECT_EQ(Json::parse(ask("export", R"({"email":"ADA.LOVELACE@example.com"})").body), exported);
  const std::string listed = site.command({"privacy", "export", "--email", ada}).out;
  for (const char* told : {"Download links", "text.txt", "order_id", "1001", "complete", "127.0.0.1", "Mails about downloads"})
    EXPECT_NE(listed.find(told), std::string::npos) << told << " in\n" << listed;

  EXPECT_TRUE(mentions(content(), ada));
  const Finished erased = site.command({"privacy", "erase", "--email", "Ada.Lovelace@EXAMPLE.com"});
  EXPECT_EQ(erased.status, 0) << erased.err;
  EXPECT_NE(erased.out.find("2 links, 2 mails"), std::string::npos) << erased.out;
  EXPECT_FALSE(mentions(content(), ada));
  EXPECT_FALSE(mentions(content(), "lovelace"));

  const Json under_way = site.show(running.at("id"));
  EXPECT_EQ(under_way.at("email"), "");
  EXPECT_EQ(under_way.at("claims").at(0).at("active").size(), 1U);
  std::string rest;
  std::vector<char> buffer(1 << 20);
  for (std::size_t count = 0; (count = download.read(buffer)) > 0;) rest.append(buffer.data(), count);
  EXPECT_TRUE(download.complete());
  EXPECT_EQ(sha256(rest), sha256(bytes));

  const Json after = story(id, 1, 1), finished = story(running.at("id"), 1, 0);
  EXPECT_EQ(after.at("uses"), before.at("uses"));
  EXPECT_EQ(after.at("email"), "");
  EXPECT_EQ(after.at("facts"), Json({{"order_id", "1001"}}));
  EXPECT_EQ(after.at("deliveries").at(0).at("network"), "127.0.0.0");
  EXPECT_EQ(after.at("refusals").at(0).at("network"), "127.0.0.0");
  EXPECT_EQ(after.at("refusals").at(0).at("times"), 1);
  EXPECT_EQ(finished.at("uses"), 1);
  EXPECT_EQ(finished.at("email"), "");
  EXPECT_FALSE(finished.at("claims").at(0).at("completed_at").is_null());
  EXPECT_EQ(finished.at("claims").at(0).at("network"), "127.0.0.0");
  EXPECT_EQ(site.show(others.at("id")), others_before);
  EXPECT_FALSE(mentions(content(), ada)) << "nothing has brought it back";
  EXPECT_FALSE(mentions(site.log(), ada));
  EXPECT_NE(site.command({"privacy", "erase", "--email", ada}).out.find("Nothing is known"), std::string::npos);
  EXPECT_EQ(site.ask({"privacy", "export", "--email", ada}), Json({{"data", Json::array()}, {"done", true}}));
}

TEST_P(Privacy, TheApiAnswersAsWordPressWantsAndOnlyToWhomItShould) {
  const std::string file = site.add_file("text.txt", "small");
  const auto front = start(Front::nginx, site);
  const Json token = issue(file, ada);
  const std::string other_key = site.ask({"key", "add", "shop", "--scope", "issue,read,manage"}).at("key");
  for (const char* what : {"export", "erase"}) {
    SCOPED_TRACE(what);
    const struct {
      const char* body;
      const char* field;
    } cases[] = {{"{}", "email"},
                 {R"({"email":""})", "email"},
                 {R"({"email":"ada"})", "email"},
                 {R"({"email":"ada.lovelace@example.com","page":"1"})", "page"},
                 {R"({"email":"ada.lovelace@example.com","pages":1})", "pages"},
                 {"[]", "body"}};
    for (const auto& c : cases) {
      const Answer answer = ask(what, c.body);
      EXPECT_EQ(answer.status, 400) << c.body;
      EXPECT_EQ(Json::parse(answer.body).at("details").at("field"), c.field) << c.body;
    }
    const std::string target = std::string{"/dl/v1/privacy/"} + what, body = R"({"email":"ada.lovelace@example.com"})";
    EXPECT_EQ(fetch(site.port(), {.method = "POST", .target = target, .body = body}).status, 401);
    EXPECT_EQ(fetch(site.port(),
                    {.method = "POST", .target = target, .headers = {{"Authorization", "Bearer " + other_key}}, .body = body})
                  .status,
              403);
    EXPECT_EQ(fetch(site.port(), {.target = target}).status, 405);
  }
  EXPECT_EQ(ask("export", R"({"email":"ada.lovelace@example.com","page":0})").status, 400);
  EXPECT_EQ(site.show(token.at("id")).at("email"), ada);
  EXPECT_EQ(Json::parse(ask("export", R"({"email":"ada.lovelace@example.com","page":2})").body),
            Json({{"data", Json::array()}, {"done", true}}));
  const Json removed{{"items_removed", true}, {"items_retained", false}, {"messages", Json::array()}, {"done", true}};
  EXPECT_EQ(Json::parse(ask("erase", R"({"email":"Ada.Lovelace@example.com","page":1})").body), removed);
  EXPECT_FALSE(mentions(content(), ada));
  Json nothing = removed;
  nothing["items_removed"] = false;
  EXPECT_EQ(Json::parse(ask("erase", R"({"email":"Ada.Lovelace@example.com","page":2})").body), nothing);
  EXPECT_EQ(fetch(site.port(), {.target = path_of(token)}).body, "small") << "the link works as before";
}

TEST_P(Privacy, WhatIsRecordedOfAddressesIsWhatTheOperatorSaid) {
  const struct {
    const char* ip_log;
    const char* network;
  } cases[] = {{"none", ""}, {"anonymised", "127.0.0.0"}, {"full", "127.0.0.1"}};
  const std::string toml = read_file(site.config());
  const std::string file = site.add_file("text.txt", "small");
  for (const auto& c : cases) {
    SCOPED_TRACE(c.ip_log);
    write_file(site.config(), toml);
    set_ip_log(site, c.ip_log);
    const auto front = start(Front::nginx, site);
    const Json token = site.ask({"issue", file, "--policy", "open"}), limited = site.ask({"issue", file});
    for (const Json& each : {token, limited}) EXPECT_EQ(fetch(site.port(), {.target = path_of(each)}).body, "small");
    site.ask({"token", "revoke", limited.at("id")});
    EXPECT_EQ(fetch(site.port(), {.target = path_of(limited)}).status, 410);
    const Json story_of_open = story(token.at("id"), 1, 0), story_of_limited = story(limited.at("id"), 1, 1);
    EXPECT_EQ(story_of_open.at("deliveries").at(0).at("network"), c.network);
    EXPECT_EQ(story_of_limited.at("deliveries").at(0).at("network"), c.network);
    EXPECT_EQ(story_of_limited.at("refusals").at(0).at("network"), c.network);
    EXPECT_EQ(story_of_limited.at("claims").at(0).at("network"), c.network);
    EXPECT_NE(site.log().find(std::string{R"("network":")"} + c.network + '"'), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(KeptIn, Privacy, testing::ValuesIn(keepings),
                         [](const auto& instance) { return std::string{instance.param.name}; });

}  // namespace
}  // namespace claimcheck
