#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/time.h"

namespace date {
class time_zone;
}

namespace claimcheck::cron {

/// A moment as the clocks of a place show it.
struct LocalTime {
  int year = 1970;
  int month = 1, day = 1;  ///< from 1
  int hour = 0, minute = 0;
  std::string abbreviation;        ///< "CET"; "+03" where a zone has no name of its own
  std::chrono::minutes offset{0};  ///< ahead of UTC

  bool operator==(const LocalTime&) const = default;
};

/// A time zone of the IANA database, whatever zone the host is in.
class Zone {
 public:
  /// @param name  "Europe/Berlin", with its capitals; UTC needs no database
  /// Throws Error{bad_request} if there is no such zone, or no database.
  explicit Zone(std::string_view name = "UTC");

  LocalTime local(Time time) const;

 private:
  const date::time_zone* zone_ = nullptr;  ///< lives as long as the process; none for UTC
};

}  // namespace claimcheck::cron
