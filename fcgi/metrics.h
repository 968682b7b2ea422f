#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/outbox.h"
#include "core/statistics.h"
#include "fcgi/meters.h"

namespace claimcheck::fcgi {

/// What the store tells for the metrics.
struct StoreReadings {
  DownloadCounts downloads;                      ///< of all times
  std::map<std::string, std::int64_t> refusals;  ///< of all times, by error
  std::optional<double> success_ratio;           ///< of the last 24 hours
  std::optional<seconds> since_cron;             ///< nothing if it never ran
  MailLog::Backlog mails;
};

/// What the store told a few seconds ago, so that nobody can keep it busy by asking. Safe to share between threads.
class LastReadings {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds good_for{5};

  std::optional<StoreReadings> find(SteadyTime now) const;
  void keep(const StoreReadings& readings, SteadyTime now);

 private:
  mutable std::mutex mutex_;
  std::optional<StoreReadings> readings_;
  SteadyTime taken_;
};

/// Both as text. Source: Prometheus, exposition formats, text format version 0.0.4.
/// @param version  of this program
std::string metrics_text(const StoreReadings& store, const MeterReadings& meters, const std::string& version);

}  // namespace claimcheck::fcgi
