#include <fmt/format.h>
#include <gtest/gtest.h>

#include <barrier>
#include <mutex>
#include <thread>

#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr std::uint64_t size = 12 << 20, budget = 2 * size + (1 << 20);

/// Somebody who wants more out of a link for one download than one download.
class RangeAttack : public testing::TestWithParam<Front> {
 protected:
  /// Asks, and counts what comes. A refusal says so, and is no fault of the server.
  std::uint64_t take(const std::string& range, std::uint64_t stop_after = ~std::uint64_t{0}) {
    HttpRequest request{.target = token.path};
    if (!range.empty()) request.headers.emplace_back("Range", range);
    const Answer answer = fetch(site.port(), request, {.stop_after = stop_after, .keep = 1024});
    const bool given = answer.status == 200 || answer.status == 206;
    EXPECT_TRUE(given || answer.status == 409 || answer.status == 410) << answer.status << ": " << answer.body;
    const std::lock_guard guard{mutex};
    if (given) out += answer.received;
    refused += given ? 0 : 1;
    return answer.received;
  }

  void at_once(int count, const std::function<void(int)>& each) {
    std::barrier line{count};
    std::vector<std::jthread> crowd;
    for (int i = 0; i < count; ++i)
      crowd.emplace_back([&, i] {
        line.arrive_and_wait();
        each(i);
      });
  }

  void expect_within_the_budget(const char* attack) {
    EXPECT_LE(out, budget);
    const auto shown = site.show(token.id);
    EXPECT_EQ(shown.at("uses"), 1);
    EXPECT_LE(shown.at("claims").at(0).at("charged").get<std::uint64_t>(), budget);
    fmt::print("{} behind {}: {} bytes came out of {} at most, {} requests refused\n", attack, name_of(GetParam()), out, budget,
               refused);
  }

  Site site;
  const Issued token = site.issue(site.add_file("film.bin", noise(size)));
  std::unique_ptr<FrontEnd> front = start(GetParam(), site);
  std::mutex mutex;
  std::uint64_t out = 0;
  int refused = 0;
};

TEST_P(RangeAttack, TheWholeFileAsARangeFiftyTimes) {
  for (int i = 0; i < 50; ++i) take("bytes=0-");
  EXPECT_EQ(out, size) << "one copy, and no other";
  expect_within_the_budget("bytes=0- fifty times in a row");
}

TEST_P(RangeAttack, TheWholeFileAsARangeFiftyTimesAtOnce) {
  at_once(50, [&](int) { take("bytes=0-"); });
  EXPECT_GE(out, size) << "somebody gets it";
  expect_within_the_budget("bytes=0- fifty at once");
}

TEST_P(RangeAttack, RangesThatOverlap) {
  at_once(24, [&](int i) { take(fmt::format("bytes={}-", 1 + i * 1000)); });
  for (int i = 0; i < 24; ++i) take(fmt::format("bytes={}-{}", i * 4096, size - 1));
  expect_within_the_budget("ranges that overlap");
}

TEST_P(RangeAttack, AllButTheFirstByteForASecondClient) {
  take("");
  // Beside a download that is under way he may take parts of it.
  wait_until("the download is settled", [&] { return !site.show(token.id).at("claims").at(0).at("completed_at").is_null(); });
  for (int i = 0; i < 10; ++i) EXPECT_LT(take("bytes=1-"), size - 1);
  expect_within_the_budget("bytes=1- from a second client");
}

TEST_P(RangeAttack, AbortsOneByteBeforeTheEnd) {
  for (int i = 0; i < 20; ++i) take("", size - 1);
  expect_within_the_budget("aborts at size-1");
}

INSTANTIATE_TEST_SUITE_P(Behind, RangeAttack, testing::Values(Front::apache_fcgid, Front::apache_proxy, Front::nginx),
                         [](const auto& instance) { return name_of(instance.param); });

}  // namespace
}  // namespace claimcheck
