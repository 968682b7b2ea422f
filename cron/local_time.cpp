#include "cron/local_time.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <stdexcept>

#include "core/error.h"

namespace claimcheck::cron {
namespace {

using std::chrono::floor;
using std::chrono::minutes;

const date::time_zone* find_zone(std::string_view name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error& fault) {
    throw Error{Errc::bad_request,
                fmt::format("there is no time zone \"{}\"; they are called like Europe/Berlin ({})", name, fault.what())};
  }
}

/// The moment whose clock change is the same: the compiled database ends in 2037, and after 28 years the days of the week fall
/// on the same dates again.
Time within_database(Time time) {
  constexpr Time end{std::chrono::sys_days{std::chrono::year{2037} / 1 / 1}};
  constexpr std::chrono::days cycle{28 * 365 + 7};
  return time < end ? time : time - cycle * ((time - end) / cycle + 1);
}

}  // namespace

Zone::Zone(std::string_view name) : zone_(name == "UTC" ? nullptr : find_zone(name)) {}

LocalTime Zone::local(Time time) const {
  LocalTime local{.abbreviation = "UTC"};
  seconds offset{0};
  if (zone_ != nullptr) {
    const date::sys_info there = zone_->get_info(within_database(time));
    local.abbreviation = there.abbrev;
    offset = there.offset;
  }
  const Time shifted = time + offset;
  const auto midnight = floor<std::chrono::days>(shifted);
  const std::chrono::year_month_day date{midnight};
  const auto since_midnight = floor<minutes>(shifted - midnight);
  local.year = static_cast<int>(date.year());
  local.month = static_cast<int>(static_cast<unsigned>(date.month()));
  local.day = static_cast<int>(static_cast<unsigned>(date.day()));
  local.hour = static_cast<int>(since_midnight / std::chrono::hours{1});
  local.minute = static_cast<int>(since_midnight % std::chrono::hours{1} / minutes{1});
  local.offset = floor<minutes>(offset);
  return local;
}

}  // namespace claimcheck::cron
