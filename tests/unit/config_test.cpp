#include "config/config.h"

#include <gtest/gtest.h>

#include "config/settings.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using config::Parsed;
using test::read_file;
using test::write_file;

Parsed parse(const std::string& text) {
  return config::parse(text, "/home/me/claimcheck");
}

const std::string least = "[site]\nurl = \"https://example.com\"\n[storage.uploads]\nroot = \"/srv/uploads\"\n";

TEST(Configuration, TheLeastThatIsNeededGetsTheDefaults) {
  const Parsed parsed = parse(least);
  ASSERT_TRUE(parsed.faults.empty()) << parsed.faults.front().message;
  EXPECT_EQ(parsed.config.site.prefix, "/dl");
  EXPECT_EQ(parsed.config.store.url, "sqlite:/home/me/claimcheck/claimcheck.db");
  EXPECT_EQ(parsed.config.policies.at("default").ttl, seconds{86400});
  EXPECT_EQ(parsed.config.policies.at("default").max_uses, 1);
  EXPECT_EQ(parsed.config.log.ip_log, IpLog::anonymised);
}

TEST(Configuration, EveryFaultIsReportedWithItsLine) {
  const Parsed parsed = parse(
      "[site]\n"
      "url = \"https://example.com/\"\n"
      "prefix = \"dl\"\n"
      "[store]\n"
      "url = \"postgres://x\"\n"
      "[policy.default]\n"
      "confirm = \"maybe\"\n"
      "max_uses = 1.5\n"
      "delete_file = \"yes\"\n"
      "rate = 5\n"
      "[mails]\n"
      "[worker]\n"
      "stall_timeout = \"2m\"\n"
      "listen = \"tcp:0.0.0.0:9000\"\n");
  std::vector<int> lines;
  for (const config::Fault& fault : parsed.faults) lines.push_back(fault.line);
  EXPECT_EQ(lines, (std::vector<int>{0, 2, 3, 5, 7, 8, 9, 10, 11, 13, 14})) << "0: there is no storage";
}

TEST(Configuration, BrokenTomlIsReportedWithItsLine) {
  const Parsed parsed = parse("[site]\nurl = \"https://example.com\nprefix = 5\n");
  ASSERT_EQ(parsed.faults.size(), 1U);
  EXPECT_EQ(parsed.faults[0].line, 2);
}

TEST(Configuration, ValuesAreTakenUpToTheirBoundsAndNoFurther) {
  const struct {
    const char* table;
    const char* value;
    bool valid;
  } cases[] = {
      {"policy.p", "ttl = \"1s\"", true},
      {"policy.p", "ttl = \"0\"", false},
      {"policy.p", "ttl = \"3650d\"", true},
      {"policy.p", "ttl = \"3651d\"", false},
      {"policy.p", "ttl = 60", false},
      {"policy.p", "max_uses = 0", true},
      {"policy.p", "max_uses = 1000000", true},
      {"policy.p", "max_uses = 1000001", false},
      {"policy.p", "max_uses = -1", false},
      {"policy.p", "max_uses = \"1\"", false},
      {"policy.p", "grace = \"0\"", true},
      {"policy.p", "retry_budget = 0", true},
      {"policy.p", "retry_budget = 100.0", true},
      {"policy.p", "retry_budget = 100.1", false},
      {"policy.p", "retry_budget = -0.1", false},
      {"policy.p", "retry_budget = nan", false},
      {"policy.p", "retry_budget = inf", false},
      {"policy.p", "delete_file = true", true},
      {"policy.p", "delete_file = 1", false},
      {"policy.p", "confirm = \"always\"", true},
      {"policy.p", "confirm = true", false},
      {"policy.p", "on_change = \"serve\"", true},
      {"policy.p", "ttl = 2026-11-21", false},
      {"policy.\"a b\"", "ttl = \"1s\"", false},
      {"storage.s", "root = \"uploads\"", false},
      {"storage.s", "root = \"/srv\"\nkind = \"ftp\"", false},
      {"worker", "threads = 1024", true},
      {"worker", "threads = 0", false},
      {"worker", "threads = 1025", false},
      {"worker", "stall_timeout = \"45s\"", true},
      {"worker", "stall_timeout = \"46s\"", false},
      {"worker", "listen = \"unix:/run/claimcheck.sock\"", true},
      {"worker", "listen = \"unix:claimcheck.sock\"", false},
      {"worker", "listen = \"tcp:127.0.0.1:9000\"", true},
      {"worker", "listen = \"tcp:192.0.2.1:9000\"", false},
      {"log", "level = \"debug\"", true},
      {"log", "level = \"loud\"", false},
      {"log", "ip_log = \"none\"", true},
      {"log", "ip_log = \"anonymised\"", true},
      {"log", "ip_log = \"full\"", true},
      {"log", "ip_log = \"half\"", false},
      {"log", "ip_log = true", false},
      {"store", "url = \"sqlite:claimcheck.db\"", false},
      {"store", "url = \"mysql://user@localhost/db\"", true},
      {"store", "table_prefix = \"wp_\"", true},
      {"store", "table_prefix = \"wp_; DROP\"", false},
      {"nosuch", "x = 1", false},
      {"log.file", "x = 1", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << "[" << c.table << "] " << c.value);
    const Parsed parsed = parse(least + "[" + c.table + "]\n" + c.value + "\n");
    EXPECT_EQ(parsed.faults.empty(), c.valid);
    EXPECT_LE(parsed.faults.size(), 1U) << "one mistake, one fault";
    for (const config::Fault& fault : parsed.faults) EXPECT_GE(fault.line, 5) << fault.message;
  }
}

TEST(Configuration, TheSiteIsWrittenInOneWay) {
  const struct {
    const char* setting;
    bool valid;
  } cases[] = {
      {"url = \"https://example.com\"", true},
      {"url = \"http://example.com/blog\"", true},
      {"url = \"example.com\"", false},
      {"url = \"https://example.com/\"", false},
      {"url = \"https://example.com?x\"", false},
      {"url = \"javascript:alert(1)\"", false},
      {"url = \"\"", false},
      {"url = \"https://example.com\"\nprefix = \"/a/b-c_d\"", true},
      {"url = \"https://example.com\"\nprefix = \"/\"", false},
      {"url = \"https://example.com\"\nprefix = \"/dl/\"", false},
      {"url = \"https://example.com\"\nprefix = \"/a//b\"", false},
      {"url = \"https://example.com\"\nprefix = \"/a b\"", false},
      {"url = \"https://example.com\"\ntrusted_proxies = [\"127.0.0.1\"]", true},
      {"url = \"https://example.com\"\ntrusted_proxies = \"127.0.0.1\"", false},
      {"url = \"https://example.com\"\ntrusted_proxies = [1]", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.setting);
    const Parsed parsed = parse(std::string{"[storage.uploads]\nroot = \"/srv/uploads\"\n[site]\n"} + c.setting + "\n");
    EXPECT_EQ(parsed.faults.size(), c.valid ? 0U : 1U);
  }
}

TEST(Configuration, WhatIsMissingIsNamed) {
  const struct {
    const char* name;
    const char* text;
    std::vector<std::string> missing;
  } cases[] = {
      {"everything", "", {"[site] url is missing", "there is no storage"}},
      {"the site's address", "[storage.a]\nroot = \"/a\"\n", {"[site] url is missing"}},
      {"two roots",
       "[site]\nurl = \"https://example.com\"\n[storage.a]\n[storage.b]\n",
       {"[storage.a] root is missing", "[storage.b] root is missing"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Parsed parsed = parse(c.text);
    ASSERT_EQ(parsed.faults.size(), c.missing.size());
    for (std::size_t i = 0; i < c.missing.size(); ++i) EXPECT_TRUE(parsed.faults[i].message.starts_with(c.missing[i]));
  }
}

TEST(Configuration, AFileThatCannotBeReadIsAFault) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(config::load(folder / "nosuch.toml").faults.size(), 1U);
  write_file(folder / "claimcheck.toml", least);
  const Parsed parsed = config::load(folder / "claimcheck.toml");
  EXPECT_TRUE(parsed.faults.empty());
  EXPECT_EQ(parsed.config.folder, folder.path());
}

TEST(Configuration, ASettingThatIsThereTwiceIsAFault) {
  EXPECT_EQ(parse(least + "root = \"/srv/other\"\n").faults.at(0).line, 5);
}

TEST(Configuration, ASecretMayBeReadFromAFile) {
  const test::TemporaryFolder folder;
  write_file(folder / "password", "open sesame\nignored\n");
  const std::string path = folder / "password";
  EXPECT_EQ(parse(least + "[store]\npassword = \"@" + path + "\"\n").config.store.password, "open sesame");
  EXPECT_EQ(parse(least + "[store]\npassword = \"@" + path + ".nosuch\"\n").faults.at(0).line, 6);
  EXPECT_EQ(parse(least + "[store]\npassword = \"@home\"\n").config.store.password, "@home");
}

TEST(Configuration, TheExampleIsValidAndHoldsEveryDefault) {
  std::string text = config::example();
  EXPECT_TRUE(parse(text).faults.empty());
  std::string uncommented;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    uncommented += (line.starts_with("#") && line[1] != ' ' ? line.substr(1) : line) + "\n";
  const Parsed parsed = parse(uncommented);
  ASSERT_TRUE(parsed.faults.empty()) << parsed.faults.front().line << parsed.faults.front().message;
  const Parsed defaults = parse(least);
  EXPECT_EQ(parsed.config.policies, defaults.config.policies);
  EXPECT_EQ(parsed.config.site, defaults.config.site);
  EXPECT_EQ(parsed.config.worker.listen, defaults.config.worker.listen);
  EXPECT_EQ(parsed.config.worker.threads, defaults.config.worker.threads);
  EXPECT_EQ(parsed.config.worker.read_timeout, defaults.config.worker.read_timeout);
  EXPECT_EQ(parsed.config.worker.stall_timeout, defaults.config.worker.stall_timeout);
  EXPECT_EQ(parsed.config.worker.drain, defaults.config.worker.drain);
  EXPECT_EQ(parsed.config.log.file, defaults.config.log.file);
  EXPECT_EQ(parsed.config.log.level, defaults.config.log.level);
  EXPECT_EQ(parsed.config.log.ip_log, defaults.config.log.ip_log);
  EXPECT_EQ(parsed.config.store.password, defaults.config.store.password);
  EXPECT_EQ(parsed.config.storages.at("uploads").kind, StorageSettings{}.kind);
  EXPECT_EQ(parsed.config.store.table_prefix, defaults.config.store.table_prefix);
}

TEST(Configuration, ThePageOfSettingsIsUpToDate) {
  EXPECT_EQ(read_file(std::filesystem::path{CLAIMCHECK_SOURCE_DIR} / "docs/configuration.md"), config::reference())
      << "run: claimcheck check --reference > docs/configuration.md";
}

TEST(Configuration, IsFoundInTheOrderThatIsDocumented) {
  const test::TemporaryFolder folder;
  const auto home = folder / "home", docroot = home / "public_html", worker = docroot / "claimcheck";
  std::filesystem::create_directories(worker);
  std::filesystem::create_directories(home / "claimcheck");
  const auto executable = worker / "claimcheck.fcgi";
  EXPECT_EQ(config::find("/given.toml", "/environment.toml", executable, home), "/given.toml");
  EXPECT_EQ(config::find("", "/environment.toml", executable, home), "/environment.toml");
  EXPECT_EQ(config::find("", "", executable, ""), std::nullopt);
  write_file(home / "claimcheck/claimcheck.toml", "");
  EXPECT_EQ(config::find("", "", executable, ""), home / "claimcheck/claimcheck.toml")
      << "beside the document root, without $HOME";
  EXPECT_EQ(config::find("", "", "/usr/bin/claimcheck", home), home / "claimcheck/claimcheck.toml");
  write_file(home / "claimcheck.toml", "");
  EXPECT_EQ(config::find("", "", executable, home), home / "claimcheck.toml");
}

TEST(Configuration, ABucketHasWhatItNeedsAndNothingOfAFolder) {
  const std::string site = "[site]\nurl = \"https://example.com\"\n[storage.cloud]\n";
  const std::string s3 = "kind = \"s3\"\nbucket = \"b\"\naccess_key = \"a\"\nsecret_key = \"s\"\n";
  const std::string gcs = "kind = \"gcs\"\nbucket = \"b\"\nservice_account = \"/a.json\"\n";
  const struct {
    std::string text;
    const char* fault;  ///< empty: there is none
  } cases[] = {
      {s3, ""},
      {gcs, ""},
      {s3 + "delivery = \"redirect\"\nurl_style = \"virtual\"\nprefix = \"releases/\"\nurl_lifetime = \"5m\"\n", ""},
      {s3 + "endpoint = \"https://s3.example.com:9000\"\nurl_style = \"bound\"\nregion = \"auto\"\n", ""},
      {s3 + "endpoint = \"http://127.0.0.1:9000\"\nprivate_addresses = true\n", ""},
      {s3 + "endpoint = \"http://127.0.0.1:9000\"\n", "private_addresses"},
      {s3 + "endpoint = \"https://s3.example.com/\"\n", "endpoint must be"},
      {s3 + "endpoint = \"s3.example.com\"\n", "endpoint must be"},
      {s3 + "endpoint = \"https://u@s3.example.com\"\n", "endpoint must be"},
      {s3 + "url_style = \"bound\"\n", "needs an endpoint"},
      {s3 + "url_style = \"dns\"\n", "must be one of"},
      {s3 + "prefix = \"/releases/\"\n", "prefix must end"},
      {s3 + "prefix = \"releases\"\n", "prefix must end"},
      {s3 + "region = \"\"\n", "region must be"},
      {s3 + "root = \"/srv\"\n", "root is for folders"},
      {s3 + "delivery = \"accel\"\n", "delivery must be"},
      {s3 + "url_lifetime = \"8d\"\n", "url_lifetime must be"},
      {s3 + "[policy.p]\ndelete_file = true\n", "lifecycle rule"},
      {"kind = \"s3\"\naccess_key = \"a\"\nsecret_key = \"s\"\n", "bucket is missing"},
      {"kind = \"s3\"\nbucket = \"a/b\"\naccess_key = \"a\"\nsecret_key = \"s\"\n", "bucket must be"},
      {"kind = \"s3\"\nbucket = \"b\"\naccess_key = \"a\"\n", "secret_key are missing"},
      {"kind = \"gcs\"\nbucket = \"b\"\n", "service_account is missing"},
      {"kind = \"gcs\"\nbucket = \"b\"\nservice_account = \"a.json\"\n", "absolute path"},
      {"root = \"/srv\"\ndelivery = \"redirect\"\n", "needs a bucket"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const Parsed parsed = parse(site + c.text);
    if (std::string_view{c.fault}.empty()) {
      EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.front().message;
      continue;
    }
    ASSERT_FALSE(parsed.faults.empty());
    EXPECT_NE(parsed.faults.front().message.find(c.fault), std::string::npos) << parsed.faults.front().message;
  }
}

}  // namespace
}  // namespace claimcheck
