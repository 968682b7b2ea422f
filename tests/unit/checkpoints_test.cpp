#include "fcgi/checkpoints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <thread>

namespace claimcheck {
namespace {

using namespace fcgi;
using std::chrono::seconds;

const TokenId token{"01890000-0000-7000-8000-000000000001"}, other{"01890000-0000-7000-8000-000000000002"};

/// Deliveries of one process, a clock, and the writes that reach the store.
class CheckpointsTest : public testing::Test {
 protected:
  void begin(const TokenId& of, const std::string& delivery) {
    checkpoints.begin(of, {.claim = "claim", .delivery = delivery, .ranges = {{0, 1000 * unit}}}, now);
  }

  /// @param sent  in units of what is not little
  Standing tell(const TokenId& of, const std::string& delivery, std::uint64_t sent, Asking asking = Asking::in_passing) {
    return checkpoints.tell(of, delivery, sent * unit, asking, now, [&](Checkpoint checkpoint) {
      std::string written = checkpoint.token == token ? "token:" : "other:";
      for (const Progress& each : checkpoint.progress) written += " " + each.delivery + "=" + std::to_string(each.sent / unit);
      writes.push_back(written);
      if (later)
        waiting.push_back(std::move(checkpoint));
      else
        checkpoints.written(checkpoint, reply);
    });
  }

  static constexpr std::uint64_t unit = Checkpoints::little;
  bool later = false;               ///< writes wait until somebody has time for them
  std::vector<Checkpoint> waiting;  ///< … here

  Checkpoints checkpoints;
  Checkpoints::SteadyTime now{seconds{1000}};
  std::vector<std::string> writes;
  std::optional<std::vector<std::string>> reply = std::vector<std::string>{};
};

TEST_F(CheckpointsTest, AllDeliveriesOfATokenAreToldByOneWriteEveryFiveSeconds) {
  begin(token, "a");
  begin(token, "b");
  begin(other, "c");
  for (std::uint64_t second = 1; second <= 10; ++second) {
    now += seconds{1};
    EXPECT_EQ(tell(token, "a", second * 10), Standing::holds);
    EXPECT_EQ(tell(token, "b", second), Standing::holds);
    EXPECT_EQ(tell(other, "c", second), Standing::holds);
  }
  const std::vector<std::string> expected{"token: a=50 b=4", "other: c=5", "token: a=100 b=9", "other: c=10"};
  EXPECT_EQ(writes, expected);
}

TEST_F(CheckpointsTest, WhatDoesNotMoveIsNotWritten) {
  begin(token, "a");
  begin(token, "b");
  now += seconds{5};
  tell(token, "a", 7);
  for (int i = 0; i < 4; ++i) {
    now += seconds{5};
    tell(token, "a", 7);
    tell(token, "b", 0);
  }
  EXPECT_EQ(writes, std::vector<std::string>{"token: a=7"});
}

TEST_F(CheckpointsTest, ADeliveryThatIsNotActiveAnyMoreIsTold) {
  begin(token, "a");
  begin(token, "b");
  now += seconds{5};
  reply = {"b"};
  tell(token, "b", 1);
  reply = std::vector<std::string>{};
  EXPECT_EQ(tell(token, "a", 1), Standing::holds);
  EXPECT_EQ(tell(token, "b", 2), Standing::ended);
  now += seconds{5};
  EXPECT_EQ(tell(token, "b", 3), Standing::ended) << "and the store is not asked again";
  EXPECT_EQ(writes.size(), 1U);
}

TEST_F(CheckpointsTest, AStreamThatStoodStillIsAnsweredByTheStoreOrNotAtAll) {
  begin(token, "a");
  now += seconds{12};
  EXPECT_EQ(tell(token, "a", 0, Asking::before_going_on), Standing::holds);
  EXPECT_EQ(writes, std::vector<std::string>{"token: a=0"}) << "though nothing is new";
  reply = std::nullopt;
  now += seconds{12};
  EXPECT_EQ(tell(token, "a", 0, Asking::before_going_on), Standing::unknown);
  reply = {"a"};
  EXPECT_EQ(tell(token, "a", 0, Asking::before_going_on), Standing::ended);
}

TEST_F(CheckpointsTest, ADeliveryGoesOnWithoutTheStoreUntilItIsAboutToBeFoundDead) {
  begin(token, "a");
  reply = std::nullopt;
  for (std::uint64_t sent = 1; sent < 50; ++sent) {
    now += seconds{1};
    ASSERT_EQ(tell(token, "a", sent), Standing::holds) << sent;
  }
  EXPECT_EQ(writes.size(), 9U) << "tried every five seconds";
  now += seconds{1};
  EXPECT_EQ(tell(token, "a", 50), Standing::ended);
  static_assert(Checkpoints::longest_silence < counting::dead_after);
}

TEST_F(CheckpointsTest, AStoreThatIsBackInTimeLetsItLive) {
  begin(token, "a");
  reply = std::nullopt;
  now += seconds{49};
  EXPECT_EQ(tell(token, "a", 1), Standing::holds);
  reply = std::vector<std::string>{};
  now += seconds{5};
  EXPECT_EQ(tell(token, "a", 2), Standing::holds);
  now += seconds{49};
  EXPECT_EQ(tell(token, "a", 2), Standing::holds) << "nothing has moved since";
}

TEST_F(CheckpointsTest, ADownloadThatIsSlowIsToldHalfAsOften) {
  constexpr std::uint64_t slow = unit / 20;  // a second: not much after five of them, and still not after ten
  begin(token, "a");
  for (std::uint64_t second = 1; second <= 30; ++second) {
    now += seconds{1};
    checkpoints.tell(token, "a", second * slow, Asking::in_passing, now, [&](const Checkpoint& checkpoint) {
      writes.emplace_back();
      checkpoints.written(checkpoint, reply);
    });
  }
  EXPECT_EQ(writes.size(), 3U);
  static_assert(Checkpoints::every_if_little < counting::stalled_after, "else it would look as if it did not move");
}

TEST_F(CheckpointsTest, AWriteThatIsMadeLaterAnswersLater) {
  later = true;
  begin(token, "a");
  now += seconds{12};
  EXPECT_EQ(tell(token, "a", 0, Asking::before_going_on), Standing::unknown);
  now += seconds{1};
  EXPECT_EQ(tell(token, "a", 0, Asking::before_going_on), Standing::unknown);
  EXPECT_EQ(writes.size(), 1U) << "one at a time";
  checkpoints.written(waiting.at(0), reply);
  EXPECT_EQ(tell(token, "a", 0, Asking::before_going_on), Standing::holds);
  EXPECT_EQ(tell(token, "a", 0), Standing::holds);
  EXPECT_EQ(writes.size(), 1U) << "one answer is enough";
  checkpoints.end(token, "a");
  checkpoints.written(waiting.at(0), reply);  // nobody is there any more
}

TEST_F(CheckpointsTest, EightThreadsOfOneTokenDoNotWriteAtOnce) {
  constexpr int threads = 8;
  std::atomic<int> writing = 0, most = 0, count = 0;
  std::barrier line{threads};
  std::vector<std::jthread> crowd;
  for (int i = 0; i < threads; ++i) begin(token, std::to_string(i));
  for (int i = 0; i < threads; ++i)
    crowd.emplace_back([&, i] {
      const std::string name = std::to_string(i);
      line.arrive_and_wait();
      for (std::uint64_t sent = 1; sent <= 500; ++sent)
        checkpoints.tell(token, name, sent * unit, Asking::in_passing, now + seconds{5 * static_cast<int>(sent)},
                         [&](const Checkpoint& checkpoint) {
                           most = std::max<int>(most, ++writing);
                           ++count;
                           --writing;
                           checkpoints.written(checkpoint, std::vector<std::string>{});
                         });
      checkpoints.end(token, name);
    });
  crowd.clear();
  EXPECT_EQ(most, 1);
  EXPECT_GT(count, 100);
}

}  // namespace
}  // namespace claimcheck
