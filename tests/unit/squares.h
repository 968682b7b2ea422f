#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/batcher.h"

namespace claimcheck::test {

// A Batcher whose work is to square numbers.

using Numbers = std::vector<int>;
using Squares = Batcher<int, int>;

inline Numbers squares(std::span<const int> asks) {
  Numbers replies;
  for (const int ask : asks) replies.push_back(ask * ask);
  return replies;
}

/// Sixteen threads that want 500 different squares each, at most eight in a piece of work.
class SquaringCrowd {
 public:
  explicit SquaringCrowd(int at_once) : batcher(most, at_once), at_once_(at_once) {}

  /// Calls `ask` with each number. By the end each must have been noted once, and no piece of work been too large or one too
  /// many.
  void each_asks(const std::function<void(int)>& ask) {
    std::barrier line{threads};
    std::vector<std::jthread> asking;
    for (int thread = 0; thread < threads; ++thread)
      asking.emplace_back([&, thread] {
        line.arrive_and_wait();
        for (int i = 0; i < asks_each; ++i) ask(thread * asks_each + i);
      });
    asking.clear();
    EXPECT_EQ(wrong_, 0);
    EXPECT_EQ(too_many_, 0);
    EXPECT_EQ(too_large_, 0U);
    EXPECT_EQ(served_, std::size_t{threads} * asks_each);
    EXPECT_EQ(noted_.size(), std::size_t{threads} * asks_each) << "when all have gone nothing is left";
    for (const auto& [asked, times] : noted_) EXPECT_EQ(times, 1) << asked;
  }
  void note(int ask, int reply) {
    wrong_ += reply == ask * ask ? 0 : 1;
    const std::lock_guard guard{mutex_};
    ++noted_[ask];
  }

  Squares batcher;
  const Squares::Work work = [this](std::span<const int> asks) {
    too_many_ += ++working_ > at_once_ ? 1 : 0;
    served_ += asks.size();
    too_large_ += asks.empty() || asks.size() > most ? 1 : 0;
    joint += asks.size() > 1 ? 1 : 0;
    std::this_thread::yield();
    --working_;
    return squares(asks);
  };
  std::atomic<std::size_t> joint = 0;  ///< pieces of work for several

 private:
  static constexpr int threads = 16, asks_each = 500;
  static constexpr std::size_t most = 8;

  const int at_once_;
  std::atomic<int> working_ = 0, too_many_ = 0, wrong_ = 0;
  std::atomic<std::size_t> served_ = 0, too_large_ = 0;
  std::mutex mutex_;
  std::map<int, int> noted_;  ///< how often, by number
};

}  // namespace claimcheck::test
