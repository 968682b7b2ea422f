#include "admin/log_feed.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/fakes.h"
#include "tests/unit/fresh_token.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
using admin::FeedReport;
using admin::LogFeed;
using std::chrono::milliseconds;

constexpr FileVersion file{.size = 1000, .mtime_ns = 7};
const Time start = from_unix(1'800'000'000);
const LogFeed::SteadyTime begun{std::chrono::seconds{1000}};

/// What the feed asks, which may be down, or hold something damaged.
class OddCorrections final : public DeliveryCorrections {
 public:
  explicit OddCorrections(Memory& memory) : kept(memory) {}

  std::vector<DeliveryRecord> find(std::span<const std::string> ids) override {
    if (down) throw Error{Errc::unavailable, "down"};
    batches.push_back(ids.size());
    return kept.find(ids);
  }
  void correct(const DeliveryRecord& record) override {
    if (record.id == damaged) throw Error{Errc::internal, "damaged"};
    if (record.id == forbidden) throw Error{Errc::unavailable, "down"};
    kept.correct(record);
  }
  void take_back_completion(const TokenId& taken, const std::string& claim) override {
    kept.take_back_completion(taken, claim);
  }

  MemoryDeliveryLog kept;
  bool down = false;
  std::string damaged, forbidden;
  std::vector<std::size_t> batches;
};

std::string name_of(int number) {
  return "delivery" + std::to_string(10'000'000 + number);
}

class LogFeedTest : public testing::Test {
 protected:
  void SetUp() override { tokens.add(token); }

  /// A delivery of the whole file that was handed off; its record is not told yet.
  DeliveryRecord hand_off(int number, std::vector<Range> ranges = {{0, 1000}}) {
    const Admission admission = Enforcement{tokens, pause}.admit(
        stored(),
        {.delivery = name_of(number), .ranges = ranges, .file = file, .new_claim = "claim", .means = Means::hand_off});
    return {.id = name_of(number),
            .token = token.id,
            .claim = admission.claim,
            .range = ranges.front(),
            .sent = total_length(ranges),
            .outcome = Outcome::handed_off};
  }

  void tell(const DeliveryRecord& record) { log.kept.append({&record, 1}); }
  void take(int number, const std::string& rest, std::uint64_t place = 0) {
    feed.take(name_of(number) + " " + rest, place, begun);
  }
  void work(milliseconds at) {
    while (feed.due() <= begun + at) feed.work(begun + at);
  }
  Token stored() { return tokens.find(token.id).value(); }
  DeliveryRecord record(int number) { return log.kept.find(std::vector{name_of(number)}).at(0); }

  Token token = fresh_token(file, start);
  Memory memory;
  MemoryTokenStore tokens{memory};
  OddCorrections log{memory};
  Pause pause = [](milliseconds) {};
  LogFeed feed{tokens, log, pause};
};

TEST_F(LogFeedTest, AnAbortedDeliveryLeavesItsClaimOpenForAnother) {
  tell(hand_off(1));
  EXPECT_TRUE(stored().claims.at(0).completed);
  take(1, "300 X");
  work(milliseconds{100});
  EXPECT_EQ(record(1).outcome, Outcome::aborted);
  EXPECT_EQ(record(1).sent, 300U);
  EXPECT_FALSE(stored().claims.at(0).completed);
  EXPECT_EQ(stored().claims.at(0).charged, 300U);
  EXPECT_EQ(hand_off(2).claim, "claim") << "it begins again from zero";
  EXPECT_EQ(stored().uses, 1);
  EXPECT_TRUE(feed.empty());
  EXPECT_EQ(feed.report(), FeedReport{.aborted = 1});
}

TEST_F(LogFeedTest, ACompleteDeliveryIsFinal) {
  tell(hand_off(1));
  take(1, "900 OK");
  work(milliseconds{100});
  EXPECT_EQ(record(1).outcome, Outcome::complete);
  EXPECT_EQ(record(1).sent, 1000U);
  EXPECT_TRUE(stored().claims.at(0).completed);
  EXPECT_TRUE(stored().claims.at(0).handed_off.empty());
}

TEST_F(LogFeedTest, ATokenWithoutALimitHasItsRecordCorrected) {
  DeliveryRecord unlimited = hand_off(1);
  unlimited.claim = "";
  const Token before = stored();
  tell(unlimited);
  take(1, "10 X");
  work(milliseconds{100});
  EXPECT_EQ(record(1).outcome, Outcome::aborted);
  EXPECT_EQ(stored(), before);
}

TEST_F(LogFeedTest, WhatWasStreamedIsLeftAlone) {
  DeliveryRecord streamed = hand_off(1);
  streamed.outcome = Outcome::complete;
  tell(streamed);
  const Token before = stored();
  take(1, "10 X");
  work(milliseconds{100});
  EXPECT_EQ(record(1), streamed);
  EXPECT_EQ(stored(), before);
  EXPECT_EQ(feed.report(), FeedReport{.known = 1});
}

TEST_F(LogFeedTest, TheSameLineAgainChangesNothing) {
  tell(hand_off(1));
  take(1, "300 X");
  take(1, "300 X");
  work(milliseconds{100});
  const Token after = stored();
  take(1, "300 X");
  take(1, "1000 OK");
  work(milliseconds{200});
  EXPECT_EQ(stored(), after);
  EXPECT_EQ(record(1).sent, 300U);
}

TEST_F(LogFeedTest, ALineMayComeBeforeItsRecordButNotForEver) {
  const struct {
    const char* name;
    milliseconds told_after;
    FeedReport expected;
  } cases[] = {{"before the first look", milliseconds{50}, {.aborted = 1}},
               {"a second later", milliseconds{950}, {.aborted = 1}},
               {"before the last look", milliseconds{7900}, {.aborted = 1}},
               {"too late", milliseconds{8000}, {.unknown = 1}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Memory own;
    OddCorrections late{own};
    LogFeed each{tokens, late, pause};
    each.take(name_of(1) + " 300 X", 0, begun);
    DeliveryRecord record{.id = name_of(1), .range = {0, 1000}, .outcome = Outcome::handed_off};
    for (milliseconds at{0}; at <= milliseconds{20'000}; at += milliseconds{50}) {
      if (at == c.told_after + milliseconds{50}) late.kept.append({&record, 1});
      if (each.due() <= begun + at) each.work(begun + at);
    }
    EXPECT_EQ(each.report(), c.expected);
    EXPECT_TRUE(each.empty());
    EXPECT_EQ(each.due(), LogFeed::SteadyTime::max());
  }
}

TEST_F(LogFeedTest, LinesAreLookedAtTogether) {
  for (int number = 1; number <= 300; ++number) take(number, "1 +");
  EXPECT_EQ(feed.due(), begun + milliseconds{100});
  work(milliseconds{100});
  EXPECT_EQ(log.batches, (std::vector<std::size_t>{128, 128, 44}));
}

TEST_F(LogFeedTest, NothingIsForgottenWhileTheDatabaseIsDown) {
  for (int number = 1; number <= 3; ++number) tell(hand_off(number, {{number * 100ULL, 10}}));
  for (int number = 1; number <= 3; ++number) take(number, "5 X", number * 20ULL);
  log.down = true;
  for (int i = 0; i < 50; ++i) {
    const auto error = thrown([&] { feed.work(begun + std::chrono::seconds{i + 1}); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), Errc::unavailable);
  }
  EXPECT_EQ(feed.first_place(), 20U);
  log.down = false;
  log.forbidden = name_of(2);
  EXPECT_TRUE(thrown([&] { feed.work(begun + std::chrono::seconds{60}); }));
  EXPECT_EQ(feed.first_place(), 40U);
  log.forbidden = "";
  work(std::chrono::seconds{62});
  for (int number = 1; number <= 3; ++number) EXPECT_EQ(record(number).sent, 5U);
  EXPECT_EQ(feed.report(), FeedReport{.aborted = 3});
  EXPECT_EQ(feed.first_place(), std::nullopt);
}

TEST_F(LogFeedTest, OneThatIsDamagedDoesNotHoldUpTheOthers) {
  for (int number = 1; number <= 3; ++number) tell(hand_off(number, {{number * 100ULL, 10}}));
  for (int number = 1; number <= 3; ++number) take(number, "5 X");
  log.damaged = name_of(1);
  work(milliseconds{100});
  EXPECT_EQ(feed.report(), (FeedReport{.aborted = 2, .failed = 1}));
}

TEST_F(LogFeedTest, OnlySoManyLinesWait) {
  for (std::size_t number = 0; number < LogFeed::most_waiting; ++number) {
    EXPECT_FALSE(feed.full());
    take(static_cast<int>(number), "1 +");
  }
  EXPECT_TRUE(feed.full());
  take(5, "1 +");
  feed.take("- 100 +", 0, begun);
  EXPECT_EQ(feed.report(), FeedReport{.dropped = 1});
}

}  // namespace
}  // namespace claimcheck
