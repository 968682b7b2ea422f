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
      "[mail]\n"
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
  EXPECT_EQ(parsed.config.worker.stall_timeout, defaults.config.worker.stall_timeout);
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

}  // namespace
}  // namespace claimcheck
