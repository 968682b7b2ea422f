#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/delivery_log.h"

namespace claimcheck {

/// What a web server's log says about a delivery that it sent.
struct LoggedDelivery {
  std::string id;
  std::uint64_t bytes = 0;             ///< that went out; some servers count the header's
  Outcome outcome = Outcome::aborted;  ///< or complete

  bool operator==(const LoggedDelivery&) const = default;
};

/// Reads a line "DELIVERY BYTES STATE", fields parted by single spaces, more of them ignored. STATE is Apache's %X (X: aborted;
/// + or -: complete) or nginx' $request_completion (OK: complete; empty or missing: aborted).
/// @return nothing if the request was no delivery, or if the line is none of these
std::optional<LoggedDelivery> parse_log_line(std::string_view line);

/// A handed-off delivery's record with what the web server says of it. A complete one has sent its whole length, whatever the
/// count (it may be compressed); of an aborted one never too few bytes are told.
DeliveryRecord corrected(const DeliveryRecord& record, const LoggedDelivery& logged);

}  // namespace claimcheck
