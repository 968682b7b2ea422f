#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/effort.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/many_downloads.h"
#include "tests/support/noise.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr std::size_t count = 20;

/// A site whose worker is told to end while downloads run.
class Draining : public testing::Test {
 protected:
  void prepare(const std::string& drain, const std::string& rate, std::size_t size) {
    site = std::make_unique<Site>(
        std::string{},
        fmt::format("[worker]\ndrain = \"{}\"\n[policy.slow]\nmax_uses = 1\nconfirm = \"never\"\nrate = \"{}\"\n", drain,
                    rate));
    content = noise(size);
    file = site->add_file("film.bin", content);
  }

  void issue(std::size_t how_many) {
    for (std::size_t i = 0; i < how_many; ++i) {
      tokens.push_back(site->issue(file, {.policy = "slow"}));
      downloaders.push_back({.path = tokens.back().path});
    }
  }

  /// Lets all of them download, and returns when each has got something.
  std::future<void> begin() {
    downloads = std::make_unique<ManyDownloads>(site->socket_address("worker"), content);
    auto served = std::async(std::launch::async, [this] { downloads->run(downloaders, {}, 300s); });
    wait_until("all downloads have begun", [&] { return downloads->under_way() + downloads->over() == downloaders.size(); });
    return served;
  }

  Answer ask(const std::string& path) { return call(site->socket_address("worker"), cgi_variables({.target = path})); }

  bool all_are_whole() const {
    return std::ranges::all_of(downloaders, [](const Downloader& each) { return each.intact && each.complete; });
  }

  /// One use, one claim, nothing active.
  void expect_settled(const Issued& token, const std::string& latest_outcome, bool complete) {
    const auto shown = site->show(token.id);
    EXPECT_EQ(shown.at("uses"), 1);
    ASSERT_EQ(shown.at("claims").size(), 1U);
    EXPECT_TRUE(shown.at("claims").at(0).at("active").empty());
    EXPECT_EQ(shown.at("claims").at(0).at("completed_at").is_null(), !complete);
    ASSERT_FALSE(shown.at("deliveries").empty());
    EXPECT_EQ(shown.at("deliveries").at(0).at("outcome"), latest_outcome);
  }

  std::unique_ptr<Site> site;
  std::string content, file;
  std::vector<Issued> tokens;
  std::vector<Downloader> downloaders;
  std::unique_ptr<ManyDownloads> downloads;
};

TEST_F(Draining, DownloadsAreFinishedAndWhoeverWasConnectedIsAnswered) {
  prepare("60s", "300 kB/s", 900'000);
  issue(count);
  const Issued open = site->issue(site->add_file("small.txt", "small"), {.policy = "open"});
  const auto worker = site->start_worker("worker", 2);
  auto served = begin();

  worker->suspend();  // so that nobody is accepted before the signal to end is there
  std::vector<std::unique_ptr<FastCgiExchange>> connected;
  for (int i = 0; i < 50; ++i) {
    connected.push_back(std::make_unique<FastCgiExchange>(site->socket_address("worker")));
    connected.back()->request(cgi_variables({.target = open.path}));
  }
  worker->signal(SIGTERM);
  worker->signal(SIGCONT);
  for (auto& exchange : connected) EXPECT_EQ(exchange->answer().body, "small");
  EXPECT_EQ(downloads->over(), 0U) << "the downloads go on meanwhile";
  connected.clear();

  served.get();
  const auto finished = std::chrono::steady_clock::now();
  EXPECT_TRUE(all_are_whole());
  EXPECT_EQ(worker->wait(10s), 0);
  const std::chrono::duration<double> ending = std::chrono::steady_clock::now() - finished;
  for (const Issued& token : tokens) expect_settled(token, "complete", true);
  fmt::print("{} downloads finished and 50 waiting requests answered after SIGTERM; the worker ended {:.2f} s later\n", count,
             ending.count());
}

TEST_F(Draining, WhatOutlastsItIsCutSettledAtOnceAndResumed) {
  prepare("1s", "1 MB/s", 4'000'000);
  issue(count);
  auto worker = site->start_worker("worker");
  auto served = begin();
  const auto told = std::chrono::steady_clock::now();
  worker->signal(SIGTERM);
  EXPECT_EQ(worker->wait(15s), 0);
  const std::chrono::duration<double> ending = std::chrono::steady_clock::now() - told;
  served.get();
  for (Downloader& each : downloaders) {
    EXPECT_TRUE(each.intact && !each.complete);
    EXPECT_LT(each.received, content.size());
    each = {.path = each.path, .first = each.received};
  }
  for (const Issued& token : tokens) expect_settled(token, "aborted", false);

  worker = site->start_worker("worker");
  begin().get();
  EXPECT_TRUE(all_are_whole());
  for (const Downloader& each : downloaders) EXPECT_EQ(each.status, 206);
  wait_until("the last one is settled", [&] {
    return std::ranges::all_of(tokens, [&](const Issued& token) { return site->show(token.id).at("deliveries").size() == 2; });
  });
  for (const Issued& token : tokens) expect_settled(token, "complete", true);
  fmt::print("{} downloads cut by a drain of 1 s, settled when the worker ended {:.1f} s after SIGTERM, and resumed\n", count,
             ending.count());
}

TEST_F(Draining, AWorkerThatHasNothingToDoEndsAtOnce) {
  prepare("12h", "1 MB/s", 300'000);
  issue(count);
  const auto worker = site->start_worker("worker");
  begin().get();
  const auto told = std::chrono::steady_clock::now();
  worker->signal(SIGTERM);
  EXPECT_EQ(worker->wait(10s), 0);
  const std::chrono::duration<double> ending = std::chrono::steady_clock::now() - told;
  for (const Issued& token : tokens) expect_settled(token, "complete", true);
  fmt::print("the worker ended {:.2f} s after SIGTERM\n", ending.count());
}

// Whether a download lasts half a minute or half a day: what keeps its claim alive is its checkpoints, and a delivery without
// them stands in nobody's way after 15 s.
TEST_F(Draining, ADownloadAtACrawlKeepsItsClaimAsLongAsItLastsAlsoInAWorkerThatIsToEnd) {
  prepare("12h", "4 kB/s", static_cast<std::size_t>(rounds_of(120'000, 480'000)));
  issue(1);
  const auto first = site->start_worker("worker");
  const auto begun = std::chrono::steady_clock::now();
  auto served = begin();
  const auto second = site->start_worker("worker");
  wait_until("the second has taken over", [&] {
    const std::string log = site->log();
    return log.find("\"started\"") != log.rfind("\"started\"");
  });
  first->signal(SIGTERM);
  std::set<std::int64_t> checkpoints;
  int refused = 0;
  while (served.wait_for(1s) != std::future_status::ready) {
    const Answer answer = ask(tokens.front().path);
    EXPECT_EQ(site->cron().status, 0);
    const auto claim = site->show(tokens.front().id).at("claims").at(0);
    if (downloads->over() > 0) break;
    EXPECT_EQ(answer.status, 409) << answer.body;
    EXPECT_TRUE(first->running());
    ASSERT_EQ(claim.at("active").size(), 1U) << "nobody takes it for dead";
    checkpoints.insert(claim.at("active").at(0).at("sent").get<std::int64_t>());
    ++refused;
  }
  served.get();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  EXPECT_TRUE(all_are_whole());
  EXPECT_EQ(first->wait(10s), 0);
  expect_settled(tokens.front(), "complete", true);
  EXPECT_GE(refused, 10);
  EXPECT_GE(checkpoints.size(), 3U) << "none yet, and at least two";
  EXPECT_EQ(ask(tokens.front().path).status, 410);
  fmt::print("{} kB in {:.1f} s: {} checkpoints seen, {} requests for byte 0 answered 409\n", content.size() / 1000,
             taken.count(), checkpoints.size(), refused);
}

}  // namespace
}  // namespace claimcheck
