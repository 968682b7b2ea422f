#include "core/statistics.h"

#include <algorithm>
#include <chrono>

namespace claimcheck {
namespace {

using std::chrono::days;

std::optional<DownloadEvent> parse_event(std::string_view word) {
  const auto found = std::ranges::find_if(download_events, [&](DownloadEvent event) { return word == to_string(event); });
  if (found == download_events.end()) return std::nullopt;
  return *found;
}

Time day_of(Time time) {
  return std::chrono::floor<days>(time);
}

}  // namespace

const char* to_string(DownloadEvent event) {
  switch (event) {
    case DownloadEvent::started:
      return "started";
    case DownloadEvent::completed:
      return "completed";
    case DownloadEvent::aborted:
      return "aborted";
    case DownloadEvent::handed_off:
      return "handed_off";
    case DownloadEvent::failed:
      return "failed";
  }
  return "failed";
}

Period last_days(int number, Time now) {
  const Time tomorrow = day_of(now) + days{1};
  return {.since = tomorrow - days{number}, .until = tomorrow};
}

Period all_time(Time now) {
  return {.since = from_unix(0), .until = day_of(now) + days{1}};
}

std::optional<double> DownloadCounts::success_ratio() const {
  const std::int64_t good = of(DownloadEvent::completed);
  const std::int64_t over = good + of(DownloadEvent::aborted) + of(DownloadEvent::failed);
  if (over == 0) return std::nullopt;
  return static_cast<double>(good) / static_cast<double>(over);
}

void DownloadCounts::add(const EventCount& count) {
  bytes += count.bytes;
  if (const auto event = parse_event(count.event))
    events.at(static_cast<std::size_t>(*event)) += count.times;
  else if (!count.event.empty())
    refused += count.times;
}

Summary summarise(Statistics& statistics, const Period& period, Time now) {
  Summary summary{.period = period};
  for (const EventCount& count : statistics.by_day(period)) {
    summary.totals.add(count);
    summary.days[count.since].add(count);
    summary.platforms[count.platform].add(count);
    summary.policies[count.policy].add(count);
    if (!count.event.empty() && !parse_event(count.event)) summary.refusals[count.event] += count.times;
  }
  DownloadCounts today;
  if (const Time day = day_of(now); period.since <= day && day < period.until)
    today = summary.days.contains(day) ? summary.days.at(day) : today;
  else
    for (const EventCount& count : statistics.by_event(last_days(1, now))) today.add(count);
  summary.today = today.of(DownloadEvent::started);
  summary.customers = statistics.customers(period);
  return summary;
}

}  // namespace claimcheck
