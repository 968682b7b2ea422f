#pragma once

#include <chrono>
#include <mutex>

namespace claimcheck::files {

/// Remembers that somebody did not answer in time, so that not everybody waits for him: for a while nobody asks, then one
/// does. Safe to share between threads.
class Outage {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds rest{3};

  /// Whether to ask. If so, during an outage, nobody else is to for a while.
  bool may_ask(SteadyTime now);
  /// There was no answer in time.
  void begin(SteadyTime now);
  /// There was one.
  void end();

 private:
  std::mutex mutex_;
  SteadyTime ask_again_ = SteadyTime::min();
};

}  // namespace claimcheck::files
