#include "fcgi/allowances.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace claimcheck::fcgi {
namespace {

using std::chrono::seconds;
using SteadyTime = Allowances::SteadyTime;

const SteadyTime start{std::chrono::hours{100}};

TEST(Allowances, SoManyAtOnceAndThenAsTheyComeBack) {
  Allowances allowances;
  const auto taken = [&](const std::string& name, int tries, SteadyTime now) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += allowances.take(name, 30, now) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(taken("a", 1000, start), 30);
  EXPECT_EQ(taken("b", 20, start), 20) << "nobody pays for another";
  EXPECT_EQ(taken("a", 10, start + seconds{1}), 0);
  EXPECT_EQ(taken("a", 10, start + seconds{2}), 1) << "one each two seconds";
  EXPECT_EQ(taken("a", 10, start + seconds{12}), 5);
  EXPECT_EQ(taken("a", 1000, start + seconds{3600}), 30) << "never more than a minute's worth";
}

TEST(Allowances, ThreadsTogetherTakeNoMore) {
  Allowances allowances;
  std::atomic<int> count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) count += allowances.take("a", 100, start) ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count, 100);
}

TEST(Allowances, WhoIsDoneMakesRoomForOthers) {
  Allowances allowances;
  for (int i = 0; i < 20'000; ++i) allowances.take("network " + std::to_string(i), 1, start + seconds{i * 61});
  const SteadyTime later = start + seconds{20'000 * 61};
  EXPECT_TRUE(allowances.take("one more", 1, later));
  EXPECT_FALSE(allowances.take("one more", 1, later)) << "it is counted";
}

}  // namespace
}  // namespace claimcheck::fcgi
