#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "core/delivery_log.h"

namespace claimcheck {

/// Collects what is to be logged, so that requests do not wait for it and many records cost one statement. A process that is
/// killed takes what it has not written with it: records, never a count. Safe to share between threads.
class BufferedLog {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void add(DeliveryRecord record, SteadyTime now);
  void add(RefusalRecord refusal, SteadyTime now);

  bool empty() const;
  /// When to write although others may be waiting: a moment after the oldest record came, at once if there are many, a second
  /// after the last attempt failed. Nothing if there is nothing to write.
  std::optional<SteadyTime> due() const;
  /// Writes everything to the calling thread's log. Throws Error{unavailable}; what is not written then is kept for the next
  /// time, the newest few thousand records of it.
  void flush(DeliveryLog& log, SteadyTime now);

 private:
  /// The oldest first.
  struct Records {
    std::vector<DeliveryRecord> deliveries;
    std::vector<RefusalRecord> refusals;
    bool empty() const { return deliveries.empty() && refusals.empty(); }
    std::size_t size() const { return deliveries.size() + refusals.size(); }
  };

  void note_arrival(SteadyTime now);
  void put_back(Records records, SteadyTime now);

  mutable std::mutex mutex_;
  Records records_;
  SteadyTime due_;           ///< of the oldest record
  SteadyTime next_attempt_;  ///< not before, however much there is
};

}  // namespace claimcheck
