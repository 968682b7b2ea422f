#pragma once

#include <vector>

#include "fcgi/answer.h"
#include "fcgi/delivery.h"
#include "fcgi/services.h"
#include "fcgi/streaming.h"

namespace claimcheck::fcgi {

/// Tells the store and the log how deliveries ended; what the store could not be told it remembers until it can. Belongs to
/// one thread, whose services it keeps a reference to.
class Settlement {
 public:
  explicit Settlement(const Services& services) : services_(services) {}

  /// Stores what was sent; if the store is down, as soon as it is back. Never throws.
  void settle(const AdmittedDelivery& admitted, const Streamed& streamed, const RequestLine& line);
  /// The oldest first, until the store is down again. Throws Error{unavailable}.
  void settle_again();
  bool is_behind() const { return !unsettled_.empty(); }

 private:
  /// A delivery that is over, but whose end the store could not be told yet.
  struct Unsettled {
    AdmittedDelivery admitted;
    Streamed streamed;
  };

  void store(const AdmittedDelivery& admitted, const Streamed& streamed);

  const Services& services_;
  std::vector<Unsettled> unsettled_;
};

/// The progress of a delivery that has sent so much.
Progress progress_of(const AdmittedDelivery& admitted, std::uint64_t sent);

/// Writes the line of a request that has been answered.
void write_line(const Log& log, const RequestLine& line);

}  // namespace claimcheck::fcgi
