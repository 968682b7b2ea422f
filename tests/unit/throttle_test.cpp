#include "fcgi/throttle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace std::chrono_literals;

using SteadyTime = Rate::SteadyTime;

constexpr std::uint64_t kb = 1000, mb = 1000 * kb;
const SteadyTime begin = SteadyTime{} + 1h;

/// A stream that takes from a rate as fast as it may: it reserves a portion, waits until it may be sent, and reserves the next.
struct Taker {
  std::uint64_t at_a_time;  ///< bytes; 0: the rate's portion
  SteadyTime next;          ///< when the portion under way may be sent
  std::uint64_t waiting = 0, taken = 0;
};

/// Lets all takers take until `end`, the earliest first, as an epoll loop would.
void take(Rate& rate, std::vector<Taker>& takers, SteadyTime end) {
  for (;;) {
    const auto turn = std::ranges::min_element(takers, {}, &Taker::next);
    if (turn->next >= end) return;
    turn->taken += turn->waiting;
    turn->waiting = turn->at_a_time > 0 ? turn->at_a_time : rate.portion();
    turn->next = rate.reserve(turn->waiting, turn->next);
  }
}

std::uint64_t taken_by(const std::vector<Taker>& takers) {
  std::uint64_t sum = 0;
  for (const Taker& taker : takers) sum += taker.taken;
  return sum;
}

TEST(RateTest, IsKeptOverTenSecondsHoweverManyShareItAndWhateverTheyTakeAtATime) {
  const struct {
    const char* name;
    std::uint64_t per_second;
    std::vector<std::uint64_t> sharers;
  } cases[] = {
      {"one stream", 2 * mb, {0}},
      {"one slow stream", 20 * kb, {0}},
      {"one fast stream", 200 * mb, {0}},
      {"a crawl", 5, {0}},
      {"four alike", 2 * mb, {0, 0, 0, 0}},
      {"sixteen alike", 2 * mb, std::vector<std::uint64_t>(16, 0)},
      {"three of uneven sizes", 2 * mb, {1, 65'528, 256 * kb}},
      {"many small ones beside a large one", mb, {100, 100, 100, 100, 200 * kb}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Rate rate{c.per_second, 0};
    std::vector<Taker> takers;
    for (const std::uint64_t size : c.sharers) takers.push_back({.at_a_time = size, .next = begin});
    take(rate, takers, begin + 10s);
    const double ratio = static_cast<double>(taken_by(takers)) / static_cast<double>(10 * c.per_second);
    EXPECT_GE(ratio, 0.95);
    EXPECT_LE(ratio, 1.05);
  }
}

TEST(RateTest, IsSharedEvenlyByThoseThatTakeAlike) {
  for (const std::size_t count : {2U, 5U, 16U}) {
    SCOPED_TRACE(count);
    Rate rate{2 * mb, 0};
    std::vector<Taker> takers(count, {.at_a_time = 0, .next = begin});
    take(rate, takers, begin + 10s);
    const auto [least, most] = std::ranges::minmax(takers, {}, &Taker::taken);
    EXPECT_LE(most.taken - least.taken, 2 * rate.portion()) << "nobody is further ahead than by what it has reserved";
  }
}

TEST(RateTest, WhoComesLaterGetsAnEvenShareFromThenOn) {
  Rate rate{mb, 0};
  std::vector<Taker> takers{{.at_a_time = 0, .next = begin}};
  take(rate, takers, begin + 5s);
  const std::uint64_t before = takers[0].taken;
  takers.push_back({.at_a_time = 0, .next = begin + 5s});
  take(rate, takers, begin + 15s);
  EXPECT_NEAR(static_cast<double>(takers[0].taken - before), 5.0 * mb, 0.4 * mb);
  EXPECT_NEAR(static_cast<double>(takers[1].taken), 5.0 * mb, 0.4 * mb);
}

TEST(RateTest, TheBurstGoesOutAtOnceAndOnlyOnceAfterAnyPause) {
  constexpr std::uint64_t burst = 4 * mb;
  Rate rate{2 * mb, burst};
  const auto at_once = [&](SteadyTime now) {
    std::uint64_t bytes = 0;
    while (rate.reserve(rate.portion(), now) <= now) bytes += rate.portion();
    return bytes;
  };
  const struct {
    const char* name;
    SteadyTime now;
    std::uint64_t expected;
  } cases[] = {
      {"at the beginning", begin, burst},
      {"at the same moment again", begin, 0},
      {"half a second later: what the rate allows", begin + 500ms, mb - 2 * 256 * 1024},
      {"after half the pause that a burst takes", begin + 1500ms, 2 * mb},
      {"after a long pause", begin + 1h, burst},
      {"at the same moment again", begin + 1h, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    // What was asked for and not granted at once was still reserved: a portion each time.
    EXPECT_NEAR(static_cast<double>(at_once(c.now)), static_cast<double>(c.expected),
                2.0 * static_cast<double>(rate.portion()));
  }
}

TEST(RateTest, WithoutABurstAPauseSavesNothingUp) {
  Rate rate{mb, 0};
  EXPECT_EQ(rate.reserve(100 * kb, begin), begin);
  EXPECT_EQ(rate.reserve(100 * kb, begin), begin + 100ms);
  EXPECT_EQ(rate.reserve(100 * kb, begin + 1h), begin + 1h);
  EXPECT_EQ(rate.reserve(100 * kb, begin + 1h), begin + 1h + 100ms) << "an hour of silence is worth nothing";
}

TEST(RateTest, PortionsAreAFifthOfASecondWithinBounds) {
  const struct {
    std::uint64_t per_second, portion;
  } cases[] = {{1, 1}, {4, 1}, {5, 1}, {20 * kb, 4 * kb}, {mb, 200 * kb}, {100 * mb, 256 * 1024}};
  for (const auto& c : cases) {
    const Rate rate{c.per_second, 0};
    EXPECT_EQ(rate.portion(), c.portion) << c.per_second;
  }
}

TEST(RatesTest, AreSharedByNameAsLongAsAnybodyHoldsThem) {
  Rates rates;
  auto first = rates.share("claim", mb, 0);
  EXPECT_EQ(rates.share("claim", mb, 0), first);
  EXPECT_NE(rates.share("another", mb, 0), first);
  first->reserve(10 * mb, begin);
  first.reset();
  EXPECT_EQ(rates.share("claim", mb, 0)->reserve(1, begin), begin) << "nobody held it: it begins anew";
}

TEST(CrowdsTest, LetInAsManyAsMayBeThereAndMakeRoomWhenOneLeaves) {
  Crowds crowds;
  std::vector<std::shared_ptr<void>> inside;
  for (int i = 0; i < 3; ++i) inside.push_back(crowds.enter("token", 3));
  EXPECT_TRUE(std::ranges::all_of(inside, [](const auto& each) { return each != nullptr; }));
  EXPECT_EQ(crowds.enter("token", 3), nullptr);
  EXPECT_NE(crowds.enter("another", 3), nullptr) << "each name is counted by itself";
  inside.pop_back();
  auto next = crowds.enter("token", 3);
  EXPECT_NE(next, nullptr);
  EXPECT_EQ(crowds.enter("token", 3), nullptr) << "who was refused took no place, and gave none back";
  inside.clear();
  next.reset();
  EXPECT_NE(crowds.enter("token", 1), nullptr);
  EXPECT_EQ(crowds.enter("token", 0), nullptr);
}

}  // namespace
}  // namespace claimcheck
