#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/dying_smtp_server.h"
#include "tests/support/many_tokens.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr int rounds = 50;
constexpr int runners = 5;
constexpr int mails_a_round = 10, files_a_round = 3;
const Time start = from_unix(1'800'000'000);

std::string mail_settings(int port) {
  return fmt::format(
      "\n[mail]\ntransport = \"smtp\"\nfrom = \"downloads@example.com\"\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n"
      "per_run = 1000000\nper_hour = 1000000\n",
      port);
}

/// Five crontabs of one site: on one machine by the same configuration, and on five machines, where a file lock means nothing,
/// by five copies of it.
class CronRunners : public testing::TestWithParam<bool> {
 protected:
  std::vector<std::filesystem::path> configurations() const {
    std::vector<std::filesystem::path> paths(runners, site.config());
    if (!GetParam()) return paths;
    for (int i = 1; i < runners; ++i) {
      auto& own = paths[static_cast<std::size_t>(i)];
      own = site.folder() / fmt::format("machine-{}.toml", i);
      std::filesystem::copy_file(site.config(), own);
      std::filesystem::permissions(own, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    return paths;
  }

  DyingSmtpServer server{[](int, int) -> std::optional<DyingSmtpServer::Fault> { return std::nullopt; }};
  const std::string store = MariaDb::shared().fresh_schema("runners");
  Site site{store, mail_settings(server.port())};
};

TEST_P(CronRunners, StartedTogetherTheySendEachMailOnceAndRemoveEachFileOnce) {
  const auto paths = configurations();
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    const Time now = start + std::chrono::hours{round};
    std::vector<std::string> files;
    for (int i = 0; i < files_a_round; ++i)
      files.push_back(site.add_file(fmt::format("{}-{}.bin", round, i), "x", std::chrono::sys_seconds{start}));
    add_tokens(site.store(), mails_a_round + files_a_round, [&](int number) {
      const bool warned = number < mails_a_round;
      Token token = plain_token(round * 1000 + number,
                                warned ? "2026/11/other.bin" : files[static_cast<std::size_t>(number - mails_a_round)],
                                now - std::chrono::hours{warned ? 0 : 48});
      token.version = {.size = 1, .mtime_ns = to_unix(start) * 1'000'000'000};
      token.rules.warn_before = std::chrono::hours{warned ? 24 : 0};
      token.rules.delete_file = !warned;
      return token;
    });
    std::vector<std::unique_ptr<Process>> crons;
    for (const auto& path : paths)
      crons.push_back(std::make_unique<Process>(
          std::vector<std::string>{(std::filesystem::path{CLAIMCHECK_BIN_DIR} / "claimcheck-cron").string(), "--config",
                                   path.string(), "--now", std::to_string(to_unix(now))},
          site.folder() / "log/cron.log"));
    for (const auto& cron : crons) ASSERT_EQ(cron->wait(), 0) << read_file(site.folder() / "log/cron.log");
    for (const std::string& file : files) ASSERT_FALSE(std::filesystem::exists(site.uploads() / file));
    ASSERT_EQ(std::ssize(server.received()), (round + 1) * mails_a_round);
  }
  std::map<std::string, int> mails;
  for (const auto& mail : server.received()) ++mails[mail.recipient];
  EXPECT_EQ(std::ssize(mails), rounds * mails_a_round);
  EXPECT_TRUE(std::ranges::all_of(mails, [](const auto& each) { return each.second == 1; }));
  EXPECT_EQ(read_file(site.folder() / "log/cron.log"), "") << "whoever finds another at work leaves quietly";
}

INSTANTIATE_TEST_SUITE_P(On, CronRunners, testing::Bool(),
                         [](const auto& each) { return each.param ? "FiveMachines" : "OneMachine"; });

}  // namespace
}  // namespace claimcheck
