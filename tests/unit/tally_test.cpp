#include "cron/tally.h"

#include <gtest/gtest.h>

#include "tests/fakes.h"

namespace claimcheck {
namespace {

using namespace test;
using std::chrono::hours;

const Time now = from_unix(1'800'000'000);  // 08:00, a full hour

class TallyTest : public testing::Test {
 protected:
  void log_at(Time ended) {
    const std::string name = "delivery" + std::to_string(++number_);
    const DeliveryRecord record{
        .id = name, .token = {"t"}, .claim = name, .started = ended, .ended = ended, .sent = 1, .completed = true};
    log.append({&record, 1});
  }
  std::int64_t completed(const Period& period) {
    DownloadCounts counts;
    for (const EventCount& count : statistics.by_event(period)) counts.add(count);
    return counts.of(DownloadEvent::completed);
  }
  std::int64_t tally(seconds retention = hours{24 * 90}, const cron::Run& run = {.now = now}) {
    return cron::tally(statistics, retention, run);
  }

  Memory memory;
  MemoryDeliveryLog log{memory};
  MemoryStatistics statistics{memory};

 private:
  int number_ = 0;
};

TEST_F(TallyTest, HoursAreTalliedOnceTheyAreTwoDaysOld) {
  log_at(now - hours{48} - seconds{1});
  log_at(now - hours{48});
  EXPECT_EQ(tally(), 1);
  EXPECT_EQ(statistics.tallied_until(), now - hours{48});
  EXPECT_EQ(tally(), 0) << "there is nothing more to do";
  EXPECT_EQ(tally(hours{24 * 90}, {.now = now + seconds{3599}}), 0) << "an hour is tallied as a whole";
  EXPECT_EQ(tally(hours{24 * 90}, {.now = now + hours{1}}), 1);
  EXPECT_EQ(completed(all_time(now)), 2);
}

TEST_F(TallyTest, WhatIsLateIsCountedIfItComesWithinTwoDays) {
  log_at(now - hours{100});
  tally();
  log_at(now - hours{47});
  EXPECT_EQ(completed(all_time(now)), 2);
  log_at(now - hours{49});
  EXPECT_EQ(completed(all_time(now)), 2) << "the hour is over for good";
}

TEST_F(TallyTest, ALogThatForgetsSoonerIsTalliedSooner) {
  for (const int age : {30, 20, 2, 1, 0}) log_at(now - hours{age});
  const std::int64_t rows = 5;
  EXPECT_GT(tally(hours{2}), 0);
  EXPECT_EQ(statistics.tallied_until(), now - hours{2});
  EXPECT_EQ(log.prune(std::min(now - hours{2}, statistics.tallied_until()), 100), 2);
  EXPECT_EQ(completed(all_time(now)), rows) << "what the log has forgotten is still counted";
}

TEST_F(TallyTest, WhereTimeIsUpTheNextRunGoesOn) {
  for (int day = 3; day < 10; ++day) log_at(now - hours{24 * day});
  int left = 2;
  EXPECT_GT(tally(hours{24 * 90}, {.now = now, .time_is_up = [&] { return left-- == 0; }}), 0);
  const Time reached = statistics.tallied_until();
  EXPECT_LT(reached, now - hours{48});
  EXPECT_EQ(completed(all_time(now)), 7);
  tally();
  EXPECT_EQ(statistics.tallied_until(), now - hours{48});
  EXPECT_EQ(completed(all_time(now)), 7);
}

TEST_F(TallyTest, ADryRunTalliesNothing) {
  log_at(now - hours{100});
  EXPECT_GT(tally(hours{24 * 90}, {.now = now, .mode = cron::Mode::dry_run}), 0);
  EXPECT_EQ(statistics.tallied_until(), from_unix(0));
}

}  // namespace
}  // namespace claimcheck
