#include "core/buffered_log.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/fakes.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
using std::chrono::milliseconds;

const TokenId token{"01890000-0000-7000-8000-000000000001"};
const BufferedLog::SteadyTime start{std::chrono::seconds{1000}};

DeliveryRecord record(int number) {
  return {.id = "delivery" + std::to_string(number), .token = token, .ended = from_unix(number)};
}

RefusalRecord refusal(const std::string& network, std::int64_t at, const std::string& error = "usage_limit_exceeded") {
  return {.token = token, .error = error, .network = network, .first = from_unix(at), .last = from_unix(at)};
}

/// A log that notes the size of every statement, and that may be down.
class OddLog final : public DeliveryLog {
 public:
  void append(std::span<const DeliveryRecord> records) override {
    if (down_after-- <= 0) throw Error{Errc::unavailable, "down"};
    batches.push_back(records.size());
    kept.append(records);
  }
  void count(std::span<const RefusalRecord> refusals) override { kept.count(refusals); }
  std::vector<DeliveryRecord> of_token(const TokenId& id, int limit) override { return kept.of_token(id, limit); }
  std::vector<RefusalRecord> refusals_of_token(const TokenId& id, int limit) override {
    return kept.refusals_of_token(id, limit);
  }
  std::int64_t prune(Time before, int limit) override { return kept.prune(before, limit); }

  Memory memory;
  MemoryDeliveryLog kept{memory};
  int down_after = 1'000'000;
  std::vector<std::size_t> batches;
};

TEST(BufferedLog, IsDueAMomentAfterTheOldestRecordOrWhenThereIsMuch) {
  OddLog log;
  BufferedLog story;
  EXPECT_EQ(story.due(), std::nullopt) << "nothing to write";
  story.add(record(1), start);
  story.add(record(2), start + milliseconds{50});
  EXPECT_EQ(story.due(), start + milliseconds{200});
  for (int i = 3; i <= 100; ++i) story.add(record(i), start + milliseconds{60});
  EXPECT_EQ(story.due(), start + milliseconds{60});
  story.flush(log, start + milliseconds{70});
  EXPECT_TRUE(story.empty());
  EXPECT_EQ(story.due(), std::nullopt);
  EXPECT_EQ(log.batches, std::vector<std::size_t>{100});
  story.add(record(101), start + milliseconds{1500});
  EXPECT_EQ(story.due(), start + milliseconds{1700}) << "the moment begins with the oldest that is left";
}

TEST(BufferedLog, WhatAStoreThatIsDownDoesNotTakeIsKept) {
  OddLog log;
  BufferedLog story;
  for (int i = 0; i < 250; ++i) story.add(record(i), start);
  log.down_after = 1;
  EXPECT_EQ(thrown([&] { story.flush(log, start); }).value().code(), Errc::unavailable);
  EXPECT_FALSE(story.empty());
  story.add(record(250), start + milliseconds{1});
  EXPECT_EQ(story.due(), start + milliseconds{1000}) << "a store that is down is not asked all the time";
  log.down_after = 1'000'000;
  story.flush(log, start + milliseconds{1000});
  EXPECT_TRUE(story.empty());
  EXPECT_EQ(log.batches, (std::vector<std::size_t>{100, 100, 51})) << "what was taken is not written again";
  EXPECT_EQ(log.of_token(token, 1000).size(), 251U);
}

TEST(BufferedLog, AStoreThatIsDownIsGivenItsSecondHoweverMuchComesMeanwhile) {
  for (const int put_back : {1, 99, 100, 150}) {
    SCOPED_TRACE(put_back);
    OddLog log;
    BufferedLog story;
    for (int i = 0; i < put_back; ++i) story.add(record(i), start);
    log.down_after = 0;
    EXPECT_TRUE(thrown([&] { story.flush(log, start); }));
    for (int i = 0; i < 200; ++i) story.add(record(put_back + i), start + milliseconds{1});
    EXPECT_EQ(story.due(), start + milliseconds{1000});
  }
}

TEST(BufferedLog, DoesNotGrowWithoutBoundWhileTheStoreIsDown) {
  OddLog log;
  BufferedLog story;
  for (int i = 0; i < 6000; ++i) story.add(record(i), start);
  story.flush(log, start);
  const auto kept = log.of_token(token, 10'000);
  EXPECT_EQ(kept.size(), 5000U);
  EXPECT_EQ(kept.front().id, "delivery5999") << "the newest";
}

TEST(BufferedLog, RefusalsOfOneReasonNetworkAndHourAreOneRecord) {
  OddLog log;
  BufferedLog story;
  for (std::int64_t i = 0; i < 1000; ++i) story.add(refusal("203.0.113.0", 7200 + i), start);
  story.add(refusal("203.0.113.0", 3600 * 3), start);
  story.add(refusal("198.51.100.0", 7300), start);
  story.add(refusal("203.0.113.0", 7300, "token_expired"), start);
  story.flush(log, start);
  story.add(refusal("203.0.113.0", 8500), start);
  story.flush(log, start);
  const auto kept = log.refusals_of_token(token, 10);
  ASSERT_EQ(kept.size(), 4U);
  const auto most = std::ranges::max(kept, {}, &RefusalRecord::times);
  EXPECT_EQ(most.times, 1001);
  EXPECT_EQ(most.first, from_unix(7200));
  EXPECT_EQ(most.last, from_unix(8500));
}

}  // namespace
}  // namespace claimcheck
