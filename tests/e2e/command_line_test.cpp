#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using nlohmann::json;

std::set<std::string> members(const json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items()) names.insert(name);
  return names;
}

class CommandLine : public testing::Test {
 protected:
  Site site;
  std::string file = site.add_file("report.pdf", "the report");
};

TEST_F(CommandLine, ExitStatusesAndHintsTellWhatToDo) {
  const Issued token = site.issue(file);
  const struct {
    const char* name;
    std::vector<std::string> words;
    int status;
    const char* text;
  } cases[] = {
      {"no command", {}, 2, "subcommand"},
      {"an unknown command", {"fetch"}, 2, "--help"},
      {"an unknown option", {"issue", file, "--forever"}, 2, "--forever"},
      {"a file that is not there", {"issue", "2026/11/nosuch"}, 1, "hint:"},
      {"a file outside every storage", {"issue", "/etc/passwd"}, 2, "outside every storage"},
      {"an unknown policy", {"issue", file, "--policy", "nosuch"}, 2, "policy"},
      {"a time that is none", {"issue", file, "--ttl", "soon"}, 2, "24h"},
      {"a token that is not there", {"token", "show", "01890000-0000-7000-8000-000000000000"}, 1, "token list"},
      {"a key that is not there", {"key", "revoke", "nosuch"}, 1, "key list"},
      {"a scope that is none", {"key", "add", "x", "--scope", "everything"}, 2, "issue, read"},
      {"a folder that is not there", {"lock", "install", "/nonexistent"}, 2, "error:"},
      {"a server that is not known", {"site", "print", "iis"}, 2, "nginx"},
      {"an upstream where there is none", {"site", "print", "lighttpd", "--upstream", "workers"}, 2, "nginx"},
      {"an upstream that is no name", {"site", "print", "nginx", "--upstream", "a;b"}, 2, "letters"},
      {"what works", {"token", "show", token.id}, 0, "report.pdf"},
      {"the configuration", {"check"}, 0, "in order"},
      {"migrating twice", {"migrate"}, 0, "up to date"},
      {"revoking", {"token", "revoke", token.id}, 0, "withdrawn"},
      {"revoking again", {"token", "revoke", token.id}, 0, "withdrawn"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Finished finished = site.command(c.words);
    EXPECT_EQ(finished.status, c.status) << finished.out << finished.err;
    EXPECT_NE((finished.out + finished.err).find(c.text), std::string::npos) << finished.out << finished.err;
  }
}

TEST_F(CommandLine, ADatabaseThatIsDownIsTriedAgainLater) {
  MariaDb database;
  const Site other{database.fresh_schema("down")};
  database.kill();
  const Finished finished = other.command({"token", "list"});
  EXPECT_EQ(finished.status, 75);
  EXPECT_NE(finished.err.find("hint:"), std::string::npos) << finished.err;
}

TEST_F(CommandLine, FiveFaultsInTheConfigurationAreReportedWithTheirLines) {
  const auto path = site.folder() / "faulty.toml";
  write_file(path,
             "[site]\n"
             "url = \"example.com/\"\n"
             "colour = \"red\"\n"
             "[storage.uploads]\n"
             "root = \"relative\"\n"
             "[policy.default]\n"
             "ttl = 24\n"
             "max_uses = -1\n"
             "[post]\n"
             "from = \"a@b.c\"\n");
  const Finished finished =
      run({(std::filesystem::path{CLAIMCHECK_BIN_DIR} / "claimcheck").string(), "--config", path, "check"});
  EXPECT_EQ(finished.status, 2);
  for (const char* line : {":2: [site] url", ":3: [site] has no setting \"colour\"", ":5: [storage.uploads] root",
                           ":7: [policy.default] ttl", ":8: [policy.default] max_uses", ":9: [post]"})
    EXPECT_NE(finished.err.find(line), std::string::npos) << line << " in\n" << finished.err;
}

TEST_F(CommandLine, PrintsTheSameObjectsAsTheInterface) {
  const auto worker = site.start_worker("worker", 2);
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue,read,manage"}).at("key");
  const auto ask = [&](const HttpRequest& request) {
    Fields variables = cgi_variables(request);
    variables.emplace_back("HTTP_AUTHORIZATION", "Bearer " + key);
    const FastCgiAnswer answer = call(site.socket_address("worker"), variables, request.body);
    EXPECT_NE(answer.body, "") << request.target << ": " << answer.status << site.log();
    return json::parse(answer.body);
  };
  const std::string body = R"({"file":")" + file + R"(","email":"ada@example.com","facts":{"order_id":"7"}})";
  const json issued = ask({.method = "POST", .target = "/dl/v1/tokens", .body = body});
  EXPECT_EQ(members(issued), members(site.ask({"issue", file})));
  const std::string id = issued.at("id");
  EXPECT_EQ(ask({.target = "/dl/v1/tokens/" + id}), site.show(id));
  EXPECT_EQ(site.show(id).at("facts").at("order_id"), "7");
  EXPECT_EQ(ask({.target = "/dl/v1/tokens"}), site.ask({"token", "list"}));
  EXPECT_EQ(ask({.method = "POST", .target = "/dl/v1/tokens/" + id + "/revoke"}).at("state"), "revoked");
  EXPECT_EQ(site.show(id).at("state"), "revoked");

  const std::string key_id = site.ask({"key", "list"}).at("keys").at(0).at("id");
  site.ask({"key", "revoke", key_id});
  EXPECT_EQ(ask({.target = "/dl/v1/tokens"}).at("error"), "unauthorized");
}

TEST_F(CommandLine, BlocksGoInAboveWordPressAndComeOutByteForByte) {
  const std::string wordpress =
      "# mine\r\n# BEGIN WordPress\r\n# The directives between \"BEGIN WordPress\" and \"END WordPress\" are dynamic.\r\n"
      "RewriteEngine On\r\n# END WordPress";
  const auto htaccess = site.docroot() / ".htaccess";
  site.command({"site", "remove", site.docroot()});
  const std::string before = read_file(htaccess);
  EXPECT_EQ(before.find("claimcheck"), std::string::npos) << before;
  write_file(htaccess, wordpress);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(site.command({"site", "install", site.docroot()}).status, 0);
  const std::string with = read_file(htaccess);
  EXPECT_LT(with.find("RewriteRule ^dl"), with.find("# BEGIN WordPress"));
  EXPECT_EQ(site.command({"site", "remove", site.docroot()}).status, 0);
  EXPECT_EQ(read_file(htaccess), wordpress);

  EXPECT_EQ(site.command({"lock", "remove", site.uploads()}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(site.uploads() / ".htaccess"));
  for (const char* server : {"apache", "nginx", "lighttpd"}) EXPECT_EQ(site.command({"lock", "print", server}).status, 0);
}

TEST_F(CommandLine, NoSecretAndNoKeyIsLeftInAnyTableOrLog) {
  MariaDb& database = MariaDb::shared();
  Site on_mariadb{database.fresh_schema("secrets")};
  for (Site* each : {&site, &on_mariadb}) {
    const Issued token = each->issue(each->add_file("a.bin", "aaaa"), {.email = "ada@example.com"});
    const std::string key = each->ask({"key", "add", "shop", "--scope", "read"}).at("key");
    const auto worker = each->start_worker("worker", 2);
    Fields list = cgi_variables({.target = "/dl/v1/tokens"});
    list.emplace_back("HTTP_AUTHORIZATION", "Bearer " + key);
    EXPECT_EQ(call(each->socket_address("worker"), list).status, 200);
    EXPECT_EQ(call(each->socket_address("worker"), cgi_variables({.target = token.path})).status, 200);
    std::string stored = each->log();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(each->folder()))
      if (entry.is_regular_file() && entry.file_size() < (4 << 20) && entry.path().extension() != ".fcgi")
        stored += read_file(entry.path());
    if (each == &on_mariadb) stored += run({"mariadb-dump", "--socket=" + database.socket(), "--user=root", "secrets"}).out;
    EXPECT_NE(stored.find("ada@example.com"), std::string::npos) << "the dump has the rows";
    for (const std::string& hidden : {token.secret, key, token.secret.substr(8, 24), key.substr(8, 24)})
      EXPECT_EQ(stored.find(hidden), std::string::npos);
  }
}

class Cron : public testing::Test {
 protected:
  Finished cron(const std::vector<std::string>& options) {
    std::vector<std::string> words{(std::filesystem::path{CLAIMCHECK_BIN_DIR} / "claimcheck-cron").string(), "--config",
                                   site.config()};
    words.insert(words.end(), options.begin(), options.end());
    return run(words);
  }

  Site site{{}, "[policy.vanishing]\nttl = \"1s\"\ngrace = \"0\"\ndelete_file = true\n"};
};

TEST_F(Cron, RemovesTheFilesOfEndedLinksUnlessAnotherLinkLeadsToThem) {
  const std::string lonely = site.add_file("lonely.bin", "x"), shared = site.add_file("shared.bin", "y"),
                    kept = site.add_file("kept.bin", "z");
  site.issue(lonely, {.policy = "vanishing"});
  site.issue(shared, {.policy = "vanishing"});
  site.issue(kept, {.ttl = "1s"});
  const Issued other = site.issue(shared);
  wait_until("the links end", [&] { return json::parse(cron({"--dry-run", "--json"}).out).at("expired") == 2; });
  EXPECT_EQ(cron({"--dry-run"}).out, "dry run: 2 tokens ended, 1 file removed\n");
  EXPECT_TRUE(std::filesystem::exists(site.uploads() / lonely));
  const Finished real = cron({"-v"});
  EXPECT_EQ(real.status, 0);
  EXPECT_EQ(real.out, "2 tokens ended, 1 file removed\n");
  EXPECT_FALSE(std::filesystem::exists(site.uploads() / lonely));
  EXPECT_TRUE(std::filesystem::exists(site.uploads() / shared));
  EXPECT_TRUE(std::filesystem::exists(site.uploads() / kept));
  const Finished quiet = cron({});
  EXPECT_EQ(quiet.out + quiet.err, "") << "nothing is due, nothing is said";
  site.ask({"token", "revoke", other.id});
  EXPECT_EQ(cron({"-v"}).out, "1 token ended, 1 file removed\n") << "the first link's policy said so";
  EXPECT_FALSE(std::filesystem::exists(site.uploads() / shared));
  EXPECT_TRUE(std::filesystem::exists(site.uploads() / kept)) << "its policy leaves files alone";
}

TEST_F(Cron, AStorageThatIsNotThereKeepsItsFilesForTheNextRun) {
  const Issued token = site.issue(site.add_file("film.bin", "x"), {.policy = "vanishing"});
  wait_until("the link ends", [&] { return json::parse(cron({"--dry-run", "--json"}).out).at("expired") == 1; });
  std::filesystem::rename(site.uploads(), site.folder() / "unmounted");
  EXPECT_EQ(cron({}).status, 75);
  std::filesystem::rename(site.folder() / "unmounted", site.uploads());
  EXPECT_EQ(cron({"-v"}).out, "1 file removed\n");
}

}  // namespace
}  // namespace claimcheck
