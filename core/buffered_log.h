#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "core/delivery_log.h"

namespace claimcheck {

/// Collects what is to be logged, so that requests do not wait for it and many records cost one statement. A process that is
/// killed takes what it has not written with it: records, never a count. Belongs to one thread.
class BufferedLog {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// Keeps a reference to `log`.
  explicit BufferedLog(DeliveryLog& log) : log_(log) {}

  void add(DeliveryRecord record, SteadyTime now);
  void add(RefusalRecord refusal, SteadyTime now);

  bool empty() const { return deliveries_.empty() && refusals_.empty(); }
  /// Whether it is time to write although others may be waiting: the oldest record is a second old, or there are many.
  bool due(SteadyTime now) const;
  /// Writes everything. Throws Error{unavailable}; what is not written then is kept for the next time, the newest few
  /// thousand records of it.
  void flush();

 private:
  void note_arrival(SteadyTime now);

  DeliveryLog& log_;
  std::vector<DeliveryRecord> deliveries_;
  std::vector<RefusalRecord> refusals_;
  SteadyTime oldest_;
};

}  // namespace claimcheck
