#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "fcgi/answer.h"
#include "fcgi/streaming.h"

namespace claimcheck::fcgi {

/// A delivery that is over, but whose end the store was not told.
struct UnsettledDelivery {
  AdmittedDelivery admitted;
  Streamed streamed;
};

/// Such deliveries of a process, until the store is back. Safe to share between threads.
class UnsettledDeliveries {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// So many are remembered; a delivery beyond them is found dead by its last checkpoint.
  static constexpr std::size_t most = 1000;
  /// The store is given some time before it is asked again.
  static constexpr std::chrono::seconds before_next_attempt{1};

  /// @param due  when to tell the store, and of all others with it
  void add(UnsettledDelivery delivery, SteadyTime due);
  /// Those that an attempt has left.
  void put_back(std::vector<UnsettledDelivery> deliveries, SteadyTime now);
  /// When to try again; nothing if there are none.
  std::optional<SteadyTime> due() const;
  /// All of them, the oldest first.
  std::vector<UnsettledDelivery> take();

 private:
  mutable std::mutex mutex_;
  std::vector<UnsettledDelivery> deliveries_;
  SteadyTime due_;
};

}  // namespace claimcheck::fcgi
