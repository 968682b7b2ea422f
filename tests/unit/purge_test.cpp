#include "cron/purge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace claimcheck {
namespace {

TEST(Purge, ForgetsBatchByBatchUntilNothingIsLeft) {
  std::int64_t left = 2500;
  std::vector<std::int64_t> batches;
  const auto forget = [&](int limit) {
    batches.push_back(std::min<std::int64_t>(limit, left));
    left -= batches.back();
    return batches.back();
  };
  EXPECT_EQ(cron::purge(forget, {}), 2500);
  EXPECT_EQ(batches, (std::vector<std::int64_t>{1000, 1000, 500, 0}));
  EXPECT_EQ(cron::purge(forget, {}), 0);
}

TEST(Purge, StopsBetweenTwoBatchesWhenTimeIsUp) {
  int batches = 0;
  const auto forget = [&](int limit) { return ++batches, limit; };
  EXPECT_EQ(cron::purge(forget, {.time_is_up = [&] { return batches == 3; }}), 3000);
  EXPECT_EQ(cron::purge(forget, {.time_is_up = [] { return true; }}), 0);
}

}  // namespace
}  // namespace claimcheck
