#pragma once

#include <chrono>
#include <optional>

#include "core/enforcement.h"
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

  /// Stores what was sent; if the store is down, as soon as it is back. Never throws.
  void settle(AdmittedDelivery admitted, const Streamed& streamed, const RequestLine& line);
  /// The same without waiting for the store, which is told as soon by whichever thread writes then. Never throws.
  void settle_soon(AdmittedDelivery admitted, const Streamed& streamed, const RequestLine& line);

  /// When settle_again() has something to do; nothing if the store knows of all ends.
  std::optional<std::chrono::steady_clock::time_point> due() const { return services_.unsettled.due(); }
  /// Tells the store what it could not be told, whichever thread's it was: the oldest first, until it is down again. Throws
  /// Error{unavailable}.
  void settle_again();

 private:
  void note_end(const AdmittedDelivery& admitted, const Streamed& streamed, const RequestLine& line);
  void store(const AdmittedDelivery& admitted, const Streamed& streamed);
  Settled end(const AdmittedDelivery& admitted, const Streamed& streamed);

  const Services& services_;
};

/// The progress of a delivery that has sent so much.
Progress progress_of(const AdmittedDelivery& admitted, std::uint64_t sent);

/// Writes the line of a request that has been answered.
void write_line(const Log& log, const RequestLine& line);

}  // namespace claimcheck::fcgi
