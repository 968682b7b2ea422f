#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace claimcheck {

/// A moment: whole seconds since 1970-01-01 UTC.
using Time = std::chrono::sys_seconds;
using std::chrono::seconds;

/// Tells the time. Handed in by `main()` or by a store; nothing in core reads a clock.
using Clock = std::function<Time()>;

constexpr Time from_unix(std::int64_t unix_seconds) {
  return Time{seconds{unix_seconds}};
}
constexpr std::int64_t to_unix(Time time) {
  return time.time_since_epoch().count();
}

/// "2026-11-21T01:12:30Z". A moment outside of the years 0 to 9999 is written as the nearest one inside. Source: RFC 3339
/// section 5.6.
std::string format_rfc3339(Time time);

/// The moment an RFC 3339 date-time names; fractions of a second are cut off, offsets are applied. Nothing if malformed.
std::optional<Time> parse_rfc3339(std::string_view text);

/// "Sat, 21 Nov 2026 01:12:30 GMT"; years as in format_rfc3339. Source: RFC 9110 section 5.6.7 (IMF-fixdate).
std::string format_http_date(Time time);

/// The moment an HTTP-date names in any of its three forms (IMF-fixdate, RFC 850, asctime); nothing if malformed. The name of
/// the day is not compared with the date; a year of two digits lies in 1970 to 2069.
/// Source: RFC 9110 section 5.6.7.
std::optional<Time> parse_http_date(std::string_view text);

}  // namespace claimcheck
