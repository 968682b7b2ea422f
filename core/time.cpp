#include "core/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace claimcheck {
namespace {

namespace chrono = std::chrono;
using chrono::minutes;

constexpr std::array<std::string_view, 7> day_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t short_form = 3;

/// The numbers of a date-time as they are written.
struct Written {
  int year = 0;
  int month = 0;  ///< 1 to 12
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

/// The moment, or nothing if there is no such date or time of day. A leap second is the first second of the next day.
std::optional<Time> moment(const Written& w, minutes offset = minutes{0}) {
  const chrono::year_month_day date{chrono::year{w.year}, chrono::month{static_cast<unsigned>(w.month)},
                                    chrono::day{static_cast<unsigned>(w.day)}};
  if (!date.ok() || w.hour > 23 || w.minute > 59 || w.second > 60) return std::nullopt;
  const Time start = chrono::sys_days{date} + chrono::hours{w.hour} + minutes{w.minute} - offset;
  const Time next_minute = start + minutes{1};
  if (w.second == 60 && next_minute != chrono::floor<chrono::days>(next_minute)) return std::nullopt;
  return start + seconds{w.second};
}

/// Reads a text from its front. Each method consumes what it was asked for, or answers false.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  /// Exactly `count` digits.
  bool digits(std::size_t count, int& value) {
    if (digits_ahead() < count) return false;
    value = 0;
    for (const char digit : rest_.substr(0, count)) value = value * 10 + (digit - '0');
    rest_.remove_prefix(count);
    return true;
  }

  void skip_digits() { rest_.remove_prefix(digits_ahead()); }

  /// The first `length` letters of one of the names; `position` counts from 0.
  bool name(std::span<const std::string_view> names, std::size_t length, int& position) {
    const auto found = std::ranges::find_if(names, [&](std::string_view name) { return literal(name.substr(0, length)); });
    position = static_cast<int>(found - names.begin());
    return found != names.end();
  }

  bool day_name(std::size_t length) {
    int ignored = 0;
    return name(day_names, length, ignored);
  }

  bool month_name(int& month) {
    if (!name(month_names, short_form, month)) return false;
    ++month;
    return true;
  }

  bool time_of_day(Written& w) {
    return digits(2, w.hour) && literal(":") && digits(2, w.minute) && literal(":") && digits(2, w.second);
  }

 private:
  std::size_t digits_ahead() const { return std::min(rest_.find_first_not_of("0123456789"), rest_.size()); }

  std::string_view rest_;
};

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<Time> parse_imf_fixdate(std::string_view text) {
  Reader in{text};
  Written w;
  const bool read = in.day_name(short_form) && in.literal(", ") && in.digits(2, w.day) && in.literal(" ") &&
                    in.month_name(w.month) && in.literal(" ") && in.digits(4, w.year) && in.literal(" ") && in.time_of_day(w) &&
                    in.literal(" GMT") && in.at_end();
  return read ? moment(w) : std::nullopt;
}

/// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<Time> parse_rfc850_date(std::string_view text) {
  Reader in{text};
  Written w;
  const bool read = in.day_name(std::string_view::npos) && in.literal(", ") && in.digits(2, w.day) && in.literal("-") &&
                    in.month_name(w.month) && in.literal("-") && in.digits(2, w.year) && in.literal(" ") && in.time_of_day(w) &&
                    in.literal(" GMT") && in.at_end();
  w.year += w.year < 70 ? 2000 : 1900;
  return read ? moment(w) : std::nullopt;
}

/// "Sun Nov  6 08:49:37 1994"
std::optional<Time> parse_asctime_date(std::string_view text) {
  Reader in{text};
  Written w;
  const bool read = in.day_name(short_form) && in.literal(" ") && in.month_name(w.month) && in.literal(" ") &&
                    (in.literal(" ") ? in.digits(1, w.day) : in.digits(2, w.day)) && in.literal(" ") && in.time_of_day(w) &&
                    in.literal(" ") && in.digits(4, w.year) && in.at_end();
  return read ? moment(w) : std::nullopt;
}

bool read_offset(Reader& in, minutes& offset) {
  if (in.literal("Z") || in.literal("z")) return true;
  const bool west = in.literal("-");
  int hour = 0;
  int minute = 0;
  if (!west && !in.literal("+")) return false;
  if (!in.digits(2, hour) || !in.literal(":") || !in.digits(2, minute) || hour > 23 || minute > 59) return false;
  offset = chrono::hours{hour} + minutes{minute};
  if (west) offset = -offset;
  return true;
}

/// A moment taken apart for writing, within the four-digit years.
struct Civil {
  chrono::year_month_day date;
  chrono::weekday weekday;
  chrono::hh_mm_ss<seconds> clock;
};

Civil civil(Time time) {
  constexpr Time earliest = chrono::sys_days{chrono::year{0} / 1 / 1};
  constexpr Time latest = chrono::sys_days{chrono::year{10000} / 1 / 1} - seconds{1};
  time = std::clamp(time, earliest, latest);
  const auto day = chrono::floor<chrono::days>(time);
  return {.date = day, .weekday = day, .clock = chrono::hh_mm_ss<seconds>{time - day}};
}

}  // namespace

std::string format_rfc3339(Time time) {
  const auto [date, weekday, clock] = civil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  Reader in{text};
  Written w;
  if (!in.digits(4, w.year) || !in.literal("-") || !in.digits(2, w.month) || !in.literal("-") || !in.digits(2, w.day)) {
    return std::nullopt;
  }
  if ((!in.literal("T") && !in.literal("t")) || !in.time_of_day(w)) return std::nullopt;
  if (int first_decimal = 0; in.literal(".")) {
    if (!in.digits(1, first_decimal)) return std::nullopt;
    in.skip_digits();
  }
  minutes offset{0};
  if (!read_offset(in, offset) || !in.at_end()) return std::nullopt;
  return moment(w, offset);
}

std::string format_http_date(Time time) {
  const auto [date, weekday, clock] = civil(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", day_names[weekday.c_encoding()].substr(0, short_form),
                     static_cast<unsigned>(date.day()), month_names[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<Time> parse_http_date(std::string_view text) {
  if (const auto time = parse_imf_fixdate(text)) return time;
  if (const auto time = parse_rfc850_date(text)) return time;
  return parse_asctime_date(text);
}

}  // namespace claimcheck
