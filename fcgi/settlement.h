#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/error.h"
#include "fcgi/answer.h"
#include "fcgi/delivery.h"
#include "fcgi/services.h"
#include "fcgi/streaming.h"

namespace claimcheck::fcgi {

/// Tells the store and the log how deliveries ended. Belongs to one thread, whose services it keeps a reference to.
class Settlement {
 public:
  explicit Settlement(const Services& services) : services_(services) {}

  /// Stores what was sent: at once, or, if the token is known as it was stored, with others in a moment. What the store cannot
  /// be told now it is told when it is back. Never throws.
  void settle(AdmittedDelivery admitted, const Streamed& streamed, const RequestLine& line);

  /// When settle_ended() has something to do; nothing if it has not.
  std::optional<std::chrono::steady_clock::time_point> due() const { return services_.ended.due(); }
  /// Tells the store of some deliveries that ended, the oldest first, whichever thread's they were. Throws
  /// Error{unavailable}.
  void settle_ended();

 private:
  void store_together(std::vector<EndedDelivery>& ended);
  void store(const AdmittedDelivery& admitted, const Streamed& streamed);
  void tell(const AdmittedDelivery& admitted, const Streamed& streamed);
  void note_failure(const EndedDelivery& ended, const Error& error);

  const Services& services_;
};

/// The progress of a delivery that has sent so much.
Progress progress_of(const AdmittedDelivery& admitted, std::uint64_t sent);

/// Writes the line of a request that has been answered.
void write_line(const Log& log, const RequestLine& line);

}  // namespace claimcheck::fcgi
