#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace claimcheck {

// What an operator is told of many downloads together; docs/statistics.md tells the same to a site's owner. Counted are
// downloads, that is claims, not responses: ten resumes or sixteen parallel ranges are one download. Days are UTC days, and
// all that is told of a response counts when it ended.

/// How a download fared.
enum class DownloadEvent {
  started,     ///< a use was spent; without a limit: a response that carries the first byte
  completed,   ///< the whole file was handed over
  aborted,     ///< what was its last response left the file incomplete
  handed_off,  ///< the web server sends the whole file; whether it arrived is unknown
  failed,      ///< the same as aborted, because reading the file failed
};

inline constexpr std::array download_events{DownloadEvent::started, DownloadEvent::completed, DownloadEvent::aborted,
                                            DownloadEvent::handed_off, DownloadEvent::failed};

/// "started" …: the word in tables, JSON and metrics; none of them is the word of an error.
const char* to_string(DownloadEvent event);

/// A span of time: [since, until), both at a full hour.
struct Period {
  Time since, until;

  bool operator==(const Period&) const = default;
};

/// How many days are told of if nobody says, and at most.
inline constexpr int usual_days = 30, most_days = 366;

/// The last `days` UTC days, today included.
Period last_days(int days, Time now);
/// All that there ever was, today included.
Period all_time(Time now);

/// How often something happened in an hour, or a day, to tokens of one policy and platform.
struct EventCount {
  Time since;            ///< when the hour or day began
  std::string policy;    ///< empty if the token is forgotten
  std::string platform;  ///< the token's fact of that name; empty if it has none
  std::string event;     ///< to_string(DownloadEvent), the word of a refusal's error, or empty: bytes that are no event's
  std::int64_t times = 0;
  std::uint64_t bytes = 0;  ///< handed over

  bool operator==(const EventCount&) const = default;
};

/// Counts what has happened. One object belongs to one thread. Methods may throw Error{unavailable}.
class Statistics {
 public:
  virtual ~Statistics() = default;
  /// What happened in a period, by day, in any order.
  virtual std::vector<EventCount> by_day(const Period& period) = 0;
  /// The same by event only; the other members are left empty.
  virtual std::vector<EventCount> by_event(const Period& period) = 0;
  /// How many people had deliveries in a period that is not over: the different addresses, whatever their case, of tokens
  /// that are still kept.
  virtual std::int64_t customers(const Period& period) = 0;
  /// When claimcheck-cron ran last; nothing if it never did.
  virtual std::optional<Time> cron_ran_at() = 0;
};

/// Puts what the log says of hours that are over where it is cheap to read, and stays when the log forgets. One object belongs
/// to one thread; only one may work at a time. Methods may throw Error{unavailable}.
class Tally {
 public:
  virtual ~Tally() = default;
  /// All hours before this one are tallied: the statistics do not read the log of them any more.
  virtual Time tallied_until() = 0;
  /// When the first thing happened that the log tells of, at `since` or later; nothing if there is none.
  virtual std::optional<Time> next_entry(Time since) = 0;
  /// Tallies the hours from tallied_until() to `until`, a full hour. Who is killed meanwhile has done nothing.
  virtual void tally(Time until) = 0;
};

/// Numbers of downloads.
struct DownloadCounts {
  std::array<std::int64_t, download_events.size()> events{};
  std::int64_t refused = 0;  ///< requests that were refused
  std::uint64_t bytes = 0;   ///< handed over, of whatever became complete or not

  std::int64_t of(DownloadEvent event) const { return events.at(static_cast<std::size_t>(event)); }
  /// The share of those that are over and whose end is known that were completed; nothing if there are none.
  std::optional<double> success_ratio() const;
  void add(const EventCount& count);

  bool operator==(const DownloadCounts&) const = default;
};

/// What there is to tell of a period.
struct Summary {
  Period period;
  DownloadCounts totals;
  std::int64_t today = 0;  ///< downloads that were started today, wherever the period lies
  std::int64_t customers = 0;
  std::map<Time, DownloadCounts> days;              ///< by the day's begin; those without anything are left out
  std::map<std::string, DownloadCounts> platforms;  ///< "" is none
  std::map<std::string, DownloadCounts> policies;
  std::map<std::string, std::int64_t> refusals;  ///< requests, by the word of the error table

  bool operator==(const Summary&) const = default;
};

/// Throws Error{unavailable}.
Summary summarise(Statistics& statistics, const Period& period, Time now);

}  // namespace claimcheck
