#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "sql/stores.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/noise.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

const char* const policies = R"(
[policy.vanishing]
ttl = "1h"
grace = "0s"
delete_file = true
)";

/// Links end while others are made, put off and used. Runs of the cron happen two hours from now, when only those of this
/// moment's links have ended that nobody has put off.
class CronCleanup : public testing::TestWithParam<bool> {
 protected:
  std::string later() {
    return std::to_string(to_unix(std::chrono::floor<seconds>(std::chrono::system_clock::now())) + 2 * 3600);
  }

  /// Lets the cron run at about the time at which `act` acts: in every tenth round after it, in the next one before it, else
  /// at the same time, with some milliseconds in between by chance.
  template <class Act>
  auto race(int round, const Act& act) {
    constexpr int after = 0, before = 1;
    const auto run = [&] { return site.start_cron({"--now", later()}); };
    if (round % 10 == after) {
      const auto result = act();
      EXPECT_EQ(run()->wait(), 0) << told();
      return result;
    }
    const auto cron = run();
    const auto finish = [&] { EXPECT_EQ(cron->wait(), 0) << told(); };
    if (round % 10 == before)
      finish();
    else
      stagger();
    const auto result = act();
    finish();
    return result;
  }

  void stagger() {
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::microseconds{std::uniform_int_distribution<int>{0, 60'000}(random_)};
    wait_until("a moment has passed", [&] { return std::chrono::steady_clock::now() >= end; });
  }

  std::string told() const { return read_file(site.folder() / "log/cron.log"); }

  const std::string store_ = GetParam() ? MariaDb::shared().fresh_schema("cleanup") : "";
  Site site{store_, policies};
  std::mt19937 random_{11};
};

TEST_P(CronCleanup, AFileForWhichAnotherLinkIsMadeMeanwhileIsThereOrTheLinkIsNot) {
  int kept = 0, gone = 0;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    const std::string file = site.add_file(fmt::format("{}.bin", round), "content");
    site.issue(file, {.policy = "vanishing"});
    const Finished issued =
        race(round, [&] { return site.command({"issue", (site.uploads() / file).string(), "--ttl", "7d", "--json"}); });
    const bool there = std::filesystem::exists(site.uploads() / file);
    ASSERT_EQ(issued.status == 0, there) << issued.err;
    ASSERT_TRUE(there || issued.err.find("hint: ") != std::string::npos) << issued.err;
    kept += there ? 1 : 0;
    gone += there ? 0 : 1;
  }
  EXPECT_GT(kept, 0) << "the race was never lost";
  EXPECT_GT(gone, 0) << "the race was never won";
}

TEST_P(CronCleanup, ALinkThatIsPutOffMeanwhileKeepsItsFile) {
  sql::prepare_driver();
  const auto database = sql::open_database(sql::target_of(site.store()));
  sql::SqlTokenStore tokens{*database};
  int kept = 0, gone = 0;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    const std::string file = site.add_file(fmt::format("{}.bin", round), "content");
    const Issued issued = site.issue(file, {.policy = "vanishing"});
    const bool extended = race(round, [&] {
      Token token = tokens.find(TokenId{issued.id}).value();
      token.expires_at += std::chrono::hours{24 * 7};
      return !token.cleaned_at && tokens.replace(token);
    });
    ASSERT_EQ(extended, std::filesystem::exists(site.uploads() / file));
    kept += extended ? 1 : 0;
    gone += extended ? 0 : 1;
  }
  EXPECT_GT(kept, 0) << "it was never put off in time";
  EXPECT_GT(gone, 0) << "it was always put off in time";
}

TEST_P(CronCleanup, ARunningDownloadFinishesThoughItsLinkHasEnded) {
  const std::string content = noise(24 << 20);
  const std::string file = site.add_file("film.bin", content);
  const Issued issued = site.issue(file, {.policy = "vanishing"});
  auto worker = site.start_worker("worker");
  FastCgiExchange exchange{site.socket_address("worker")};
  ASSERT_TRUE(exchange.request(cgi_variables({.target = issued.path})));
  wait_until("it has begun", [&] { return !site.show(issued.id).at("claims").empty(); });
  site.ask({"token", "revoke", issued.id});
  EXPECT_EQ(site.cron().status, 0);
  EXPECT_TRUE(std::filesystem::exists(site.uploads() / file)) << "somebody is reading";
  const FastCgiAnswer answer = exchange.answer({.keep = content.size()});
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body == content, true);
  wait_until("the end is noted", [&] { return site.cron().status == 0 && !std::filesystem::exists(site.uploads() / file); });
}

INSTANTIATE_TEST_SUITE_P(On, CronCleanup, testing::Bool(), [](const auto& each) { return each.param ? "MariaDb" : "Sqlite"; });

}  // namespace
}  // namespace claimcheck
