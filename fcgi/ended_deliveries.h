#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "fcgi/answer.h"
#include "fcgi/streaming.h"

namespace claimcheck::fcgi {

/// A delivery that is over, and whose end the store has not been told yet.
struct EndedDelivery {
  AdmittedDelivery admitted;
  Streamed streamed;
  bool late = false;  ///< the store could not be told before
};

/// Deliveries that are over, for whoever has a store to tell it: several by one statement. A process that is killed leaves
/// them to be found dead by their last checkpoints. Safe to share between threads.
class EndedDeliveries {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// So long an end may wait for others; much less than a second request for the same link waits for the first.
  static constexpr std::chrono::milliseconds longest_wait{20};
  /// So many do not wait for more.
  static constexpr std::size_t enough = 16;
  /// After the store could not be told it is given some time.
  static constexpr std::chrono::seconds before_next_attempt{1};
  /// So many are remembered while the store is down; a delivery beyond them is found dead by its last checkpoint.
  static constexpr std::size_t most = 1000;

  void add(EndedDelivery ended, SteadyTime now);
  /// The store could not be told.
  void put_back(std::vector<EndedDelivery> ended, SteadyTime now);
  /// When to take them; nothing if there are none.
  std::optional<SteadyTime> due() const;
  /// The oldest ones, at most `TokenBatches::most`.
  std::vector<EndedDelivery> take();

 private:
  mutable std::mutex mutex_;
  std::deque<EndedDelivery> ended_;  ///< the oldest first
  SteadyTime due_;
};

}  // namespace claimcheck::fcgi
