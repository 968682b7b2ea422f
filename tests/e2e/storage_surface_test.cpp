#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sql/database.h"
#include "tests/support/backup.h"
#include "tests/support/cutting_proxy.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;

constexpr const char* dump = "2026/11/backup.sql.gz";
const std::string off_site = "[storage.off-site]\nroot = \"/nowhere\"\n";

/// Backups, behind the addresses that their program had before.
class StorageSurface : public testing::Test {
 protected:
  explicit StorageSurface(const std::string& more = {}) : site({}, off_site + more) {
    std::string text = read_file(site.config());
    text.insert(text.find("[site]\n") + 7, "storage_links = true\n");
    text += fmt::format("[storage.vault]\nkind = \"encrypted\"\nroot = \"{}\"\n", vault().string()) + dbackup_profiles();
    write_file(site.config(), text);
    site.command({"site", "install", site.docroot().string(), "--worker-dir", (site.docroot() / "claimcheck").string()});
    front = start(Front::apache_fcgid, site);
    key = site.ask({"key", "add", "restore", "--scope", "storage:uploads,storage:vault"}).at("key");
  }

  Answer ask(const std::string& target, const std::string& with, const std::string& body, Fields headers = {}) const {
    if (!with.empty()) headers.emplace_back("Authorization", "Bearer " + with);
    return fetch(site.port(), {.method = "POST", .target = target, .headers = std::move(headers), .body = body});
  }

  Answer ask_for(const std::string& wanted, const std::string& with, const std::string& storage = "uploads") const {
    return ask("/dl/api/storage/" + storage + "/download-url", with, Json{{"file", wanted}}.dump());
  }

  std::string link() const {
    const Answer answer = ask_for(dump, key);
    EXPECT_EQ(answer.status, 200) << answer.body << site.log();
    return Json::parse(answer.body).at("url");
  }

  std::string path_of(const std::string& url) const {
    const std::string origin = "http://127.0.0.1:" + std::to_string(site.port());
    EXPECT_TRUE(url.starts_with(origin + "/dl/api/storage/public-download?token=")) << url;
    return url.substr(origin.size());
  }

  Answer open(const std::string& url, const std::string& method = "GET", Fields headers = {}) const {
    return fetch(site.port(), {.method = method, .target = path_of(url), .headers = std::move(headers)});
  }

  Json newest() const { return site.ask({"token", "list", "--limit", "1"}).at("tokens").at(0); }

  /// As if so much time had gone by since the newest link was made.
  void let_pass(seconds length) const {
    sql::prepare_driver();
    const auto database = sql::open_database(sql::target_of(site.store()));
    const std::string id = newest().at("id");
    EXPECT_EQ(database->execute("UPDATE {tokens} SET created_at = created_at - ?, expires_at = expires_at - ? WHERE id = ?",
                                {length.count(), length.count(), id}),
              1);
  }

  std::filesystem::path vault() const { return site.folder() / "vault"; }
  std::string copy() const { return site.folder() / "backup.sql.gz"; }

  Site site;
  std::string content = noise(1 << 20), file = site.add_file("backup.sql.gz", content);
  std::unique_ptr<FrontEnd> front;
  std::string key;
};

std::string error_of(const Answer& answer) {
  return Json::parse(answer.body).at("error");
}

TEST_F(StorageSurface, AnswersWithTheDocumentedFieldsAndForFiveMinutesOnce) {
  for (const char* base : {"/api/storage/", "/dl/api/storage/"}) {
    SCOPED_TRACE(base);
    const Answer answer = ask(base + std::string{"uploads/download-url"}, key, Json{{"file", dump}, {"decrypt", true}}.dump());
    ASSERT_EQ(answer.status, 200) << answer.body << site.log();
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    const Json body = Json::parse(answer.body);
    const std::string url = body.at("url");
    EXPECT_EQ(body, (Json{{"success", true}, {"url", url}, {"expiresIn", "5 minutes"}, {"singleUse", true}}));
    const Json token = newest();
    EXPECT_EQ(token.at("max_uses"), 1);
    EXPECT_EQ(
        parse_rfc3339(std::string{token.at("expires_at")}).value() - parse_rfc3339(std::string{token.at("created_at")}).value(),
        std::chrono::minutes{5});
    const Answer got = open(url);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.sha256, sha256(content));
    EXPECT_EQ(got.header("Content-Type"), "application/gzip");
    EXPECT_EQ(got.header("Content-Disposition"), "attachment; filename=\"backup.sql.gz\"");
    const Answer again = fetch(site.port(), {.target = base + ("public-download?token=" + url.substr(url.find('=') + 1))});
    EXPECT_EQ(again.status, 401) << "by whatever address";
    EXPECT_EQ(error_of(again), "usage_limit_exceeded");
  }
}

TEST_F(StorageSurface, WorksWithTheLinesOfTheDocument) {
  // From its usage examples; what is not ours there is the cookie.
  const char* const lines[] = {
      R"(wget -O "backup.sql.gz" "$URL")",
      R"(curl -o "backup.sql.gz" "$URL")",
      R"(curl -L -o "backup.sql.gz" "$URL")",
      R"(TOKEN=$(curl -s -X POST \
    -H "Authorization: Bearer $KEY" \
    -H "Content-Type: application/json" \
    -d '{"file": "2026/11/backup.sql.gz", "decrypt": true}' \
    "$SITE/api/storage/uploads/download-url" \
    | jq -r '.url')
wget -O backup.sql.gz "$TOKEN")",
  };
  for (const char* line : lines) {
    SCOPED_TRACE(line);
    std::filesystem::remove(copy());
    const Finished done = run({"bash", "-c", "cd \"$FOLDER\" && " + std::string{line}}, std::chrono::seconds{60},
                              {"FOLDER=" + site.folder().string(), "URL=" + link(), "KEY=" + key,
                               "SITE=http://127.0.0.1:" + std::to_string(site.port())});
    EXPECT_EQ(done.status, 0) << done.err << site.log();
    EXPECT_EQ(sha256_of_file(copy()), sha256(content));
  }
}

TEST_F(StorageSurface, BackupsComeDecryptedUnlessTheyAreWantedAsTheyAreStored) {
  std::filesystem::create_directories(vault());
  const auto samples = Json::parse(dbackup_sample("manifest.json")).at("whole_file");
  for (const Json& sample : samples) {
    const std::string name = sample.at("file");
    for (const std::string& each : {name, name + ".meta.json"}) write_file(vault() / each, dbackup_sample(each));
  }
  give_to_site_user(vault());
  for (const Json& sample : samples) {
    const std::string name = sample.at("file"), plain_name = sample.at("decryptedDownloadName");
    SCOPED_TRACE(name);
    for (const Json& body : {Json{{"file", name}}, Json{{"file", name}, {"decrypt", true}}}) {
      const Answer asked = ask("/dl/api/storage/vault/download-url", key, body.dump());
      ASSERT_EQ(asked.status, 200) << asked.body << site.log();
      const Answer plain = open(Json::parse(asked.body).at("url"));
      EXPECT_EQ(plain.status, 200);
      EXPECT_EQ(plain.sha256, sample.at("decryptedSha256"));
      EXPECT_EQ(plain.header("Content-Disposition"), "attachment; filename=\"" + plain_name + "\"");
    }
    const Answer asked = ask("/dl/api/storage/vault/download-url", key, Json{{"file", name}, {"decrypt", false}}.dump());
    const Answer stored = open(Json::parse(asked.body).at("url"));
    EXPECT_EQ(stored.header("Content-Disposition"), "attachment; filename=\"" + plain_name + ".zip\"");
    write_file(copy(), stored.body);
    for (const std::string& each : {name, name + ".meta.json"})
      EXPECT_EQ(
          run({"python3", "-c", "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))",
               copy(), each})
              .out,
          dbackup_sample(each));
  }
}

TEST_F(StorageSurface, WgetAndCurlSayThatALinkIsUsed) {
  const std::string url = link();
  ASSERT_EQ(open(url).status, 200);
  EXPECT_NE(run({"wget", "-q", "-O", copy(), url}).status, 0);
  const Finished curl = run({"curl", "-s", "-o", "-", "-w", "%{http_code}", url});
  EXPECT_TRUE(curl.out.starts_with("{\"error\":\"usage_limit_exceeded\"")) << curl.out;
  EXPECT_TRUE(curl.out.ends_with("401")) << curl.out;
}

TEST_F(StorageSurface, ABrokenDownloadIsResumedByTheSameLink) {
  const std::string big = noise(48 << 20), url = (site.add_file("backup.sql.gz", big), link());
  CuttingProxy line{site.port(), {20 << 20}};
  const std::vector<std::string> curl{"curl", "--silent", "--show-error", "--fail", "-C", "-", "-o", copy(), line.through(url)};
  EXPECT_NE(run(curl).status, 0);
  const auto first = std::filesystem::file_size(copy());
  EXPECT_GT(first, 0U);
  EXPECT_LT(first, big.size());
  const Finished resumed = run(curl);
  EXPECT_EQ(resumed.status, 0) << resumed.err << site.log();
  EXPECT_EQ(sha256_of_file(copy()), sha256(big));
  EXPECT_EQ(newest().at("uses"), 1);
  EXPECT_EQ(open(url).status, 401);
}

TEST_F(StorageSurface, LooksCostNothing) {
  const std::string url = link();
  for (int i = 0; i < 3; ++i) {
    const Answer head = open(url, "HEAD");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("Content-Length"), std::to_string(content.size()));
  }
  EXPECT_EQ(open(url, "GET", {{"Purpose", "prefetch"}}).header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(newest().at("uses"), 0);
  EXPECT_EQ(open(url, "GET", {{"Accept", "application/json, */*"}}).sha256, sha256(content))
      << "the file, whatever is accepted";
}

TEST_F(StorageSurface, ABrowserPressesAButtonThatWorks) {
  const std::string url = link();
  const Fields browser{{"Accept", "text/html,application/xhtml+xml"}};
  const Answer page = open(url, "GET", browser);
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("<form class=\"download\" method=\"post\"><button"), std::string::npos)
      << "posts to the page's own address: " << page.body;
  const Answer pressed = open(url, "POST", browser);
  ASSERT_EQ(pressed.status, 303) << pressed.body;
  const std::string location = pressed.header("Location").value_or("");
  EXPECT_TRUE(location.ends_with("/backup.sql.gz")) << location;
  const Answer got = fetch(site.port(), {.target = location.substr(location.find("/dl/")), .headers = browser});
  EXPECT_EQ(got.sha256, sha256(content));
  const Answer over = open(url, "GET", browser);
  EXPECT_EQ(over.status, 401);
  EXPECT_EQ(over.header("Content-Type"), "text/html; charset=utf-8");
}

TEST_F(StorageSurface, ALinkEndsAfterFiveMinutes) {
  const std::string url = link();
  let_pass(std::chrono::seconds{200});
  EXPECT_EQ(open(url, "HEAD").status, 200);
  let_pass(std::chrono::seconds{100});
  const Answer over = open(url);
  EXPECT_EQ(over.status, 401);
  EXPECT_EQ(error_of(over), "token_expired");
}

TEST_F(StorageSurface, LinksAreBuiltFromTheConfiguredAddressWhateverARequestSays) {
  const Answer answer = ask("/dl/api/storage/uploads/download-url", key, Json{{"file", dump}}.dump(),
                            {{"Host", "evil.example"},
                             {"Origin", "https://evil.example"},
                             {"Referer", "https://evil.example/"},
                             {"X-Forwarded-Host", "evil.example"},
                             {"X-Forwarded-Proto", "https"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(open(Json::parse(answer.body).at("url")).status, 200);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), std::nullopt);
}

TEST_F(StorageSurface, KeysMakeLinksToTheirOwnStoragesOnly) {
  const Json other = site.ask({"key", "add", "other", "--scope", "storage:off-site,issue,manage"});
  EXPECT_EQ(other.at("scopes"), (Json{"issue", "manage", "storage:off-site"}));
  const std::string others = other.at("key");
  EXPECT_EQ(ask_for(dump, "").status, 401);
  EXPECT_EQ(ask_for(dump, std::string(64, 'a')).status, 401);
  const Answer forbidden = ask_for(dump, others), unknown = ask_for(dump, key, "nosuch"), away = ask_for(dump, key, "off-site");
  for (const auto& [answer, storage] : {std::pair{&forbidden, "uploads"}, {&unknown, "nosuch"}, {&away, "off-site"}}) {
    EXPECT_EQ(answer->status, 403);
    EXPECT_EQ(error_of(*answer), "forbidden");
    EXPECT_EQ(Json::parse(answer->body).at("details").at("scope"), std::string{"storage:"} + storage);
  }
  const auto without = [](std::string text, const std::string& storage) {
    return text.replace(text.find(storage), storage.size(), "");
  };
  EXPECT_EQ(without(unknown.body, "nosuch"), without(away.body, "off-site")) << "whether a storage is there is not told";
  const Finished wrong = site.command({"key", "add", "wrong", "--scope", "storage:nosuch"});
  EXPECT_NE(wrong.status, 0);
  EXPECT_NE(wrong.err.find("no storage nosuch"), std::string::npos) << wrong.err;
  ASSERT_EQ(ask_for(dump, key).status, 200);
  const Json keys = site.ask({"key", "list"});
  for (const Json& each : keys.at("keys"))
    if (each.at("name") == "restore") site.ask({"key", "revoke", each.at("id")});
  EXPECT_EQ(ask_for(dump, key).status, 401);
}

TEST_F(StorageSurface, RefusesWhatItDoesNotKnow) {
  const struct {
    const char* name;
    Json body;
    const char* field;
  } cases[] = {
      {"no file", Json::object(), "file"},
      {"an empty file", {{"file", ""}}, "file"},
      {"a number", {{"file", 7}}, "file"},
      {"a way out", {{"file", "../claimcheck.toml"}}, "file"},
      {"a way out further down", {{"file", "2026/../../claimcheck.toml"}}, "file"},
      {"an absolute path", {{"file", "/etc/passwd"}}, "file"},
      {"a word for decrypt", {{"file", dump}, {"decrypt", "yes"}}, "decrypt"},
      {"something else", {{"file", dump}, {"ttl", "9h"}}, "ttl"},
      {"no object", Json::array(), "body"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = ask("/dl/api/storage/uploads/download-url", key, c.body.dump());
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(Json::parse(answer.body).at("details").at("field"), c.field);
  }
  const Answer gone = ask_for("2026/11/nosuch.sql.gz", key);
  EXPECT_EQ(gone.status, 500);
  EXPECT_EQ(error_of(gone), "file_not_found");
}

TEST_F(StorageSurface, HasTheStatusesOfTheDocument) {
  const std::string expired = link();
  let_pass(std::chrono::minutes{5});
  const std::string used = link();
  ASSERT_EQ(open(used).status, 200);
  const std::string revoked =
      (site.add_file("revoked.sql", "short"), Json::parse(ask_for("2026/11/revoked.sql", key).body).at("url"));
  // By its file: of links that are made within a second none is the newest.
  const Json tokens = site.ask({"token", "list"});
  for (const Json& each : tokens.at("tokens"))
    if (each.at("file") == "2026/11/revoked.sql") site.ask({"token", "revoke", each.at("id")});
  const std::string gone = (site.add_file("gone.sql", "short"), Json::parse(ask_for("2026/11/gone.sql", key).body).at("url"));
  std::filesystem::remove(site.uploads() / "2026/11/gone.sql");
  const std::string base = "/dl/api/storage/public-download";
  const struct {
    const char* name;
    std::string target;
    int status;
    const char* error;
  } cases[] = {
      {"no token", base, 400, "missing_token"},
      {"an empty token", base + "?token=", 400, "missing_token"},
      {"another parameter", base + "?tok=abc", 400, "missing_token"},
      {"a made-up token", base + "?token=abc123", 401, "invalid_token"},
      {"a token of nobody's", base + "?token=" + secret_that_opens_nothing, 401, "invalid_token"},
      {"an expired token", path_of(expired), 401, "token_expired"},
      {"a used token", path_of(used), 401, "usage_limit_exceeded"},
      {"a withdrawn token", path_of(revoked), 401, "token_revoked"},
      {"a file that is gone", path_of(gone), 500, "file_not_found"},
      {"no such address", "/dl/api/storage/nosuch", 401, "invalid_token"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = fetch(site.port(), {.target = c.target});
    EXPECT_EQ(answer.status, c.status);
    EXPECT_EQ(error_of(answer), c.error) << answer.body;
    EXPECT_EQ(Json::parse(answer.body).at("code"), c.status);
  }
}

class StorageSurfaceWithPolicy : public StorageSurface {
 protected:
  StorageSurfaceWithPolicy() : StorageSurface("[policy.storage]\nttl = \"2h\"\nmax_uses = 2\n") {}
};

TEST_F(StorageSurfaceWithPolicy, LinksAreAsThePolicyNamedStorageSays) {
  const Answer answer = ask_for(dump, key);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json body = Json::parse(answer.body);
  EXPECT_EQ(body.at("expiresIn"), "2 hours");
  EXPECT_EQ(body.at("singleUse"), false);
  const std::string url = body.at("url");
  for (const int status : {200, 200, 401}) EXPECT_EQ(open(url).status, status);
  EXPECT_EQ(newest().at("policy"), "storage");
}

}  // namespace
}  // namespace claimcheck
