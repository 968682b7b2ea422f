#include "fcgi/metrics.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "fcgi/error_table.h"

namespace claimcheck::fcgi {
namespace {

/// A label's value: backslash, quotation mark and line feed are escaped.
std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

class MetricsWriter {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  template <class Number>
  void sample(const Number& value) {
    fmt::format_to(std::back_inserter(text_), "{} {}\n", name_, value);
  }
  template <class Number>
  void sample(std::string_view label, std::string_view label_value, const Number& value, std::string_view suffix = "") {
    fmt::format_to(std::back_inserter(text_), "{}{}{{{}=\"{}\"}} {}\n", name_, suffix, label, escaped(label_value), value);
  }
  template <class Number>
  void suffixed(std::string_view suffix, const Number& value) {
    fmt::format_to(std::back_inserter(text_), "{}{} {}\n", name_, suffix, value);
  }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

void write_admissions(MetricsWriter& out, const MeterReadings& meters) {
  out.family("claimcheck_admission_seconds", "histogram", "How long it took to decide and store whether a file is given.");
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < admission_bounds.size(); ++i) {
    count += meters.admissions.at(i);
    const std::chrono::duration<double> bound = admission_bounds.at(i);
    out.sample("le", fmt::format("{}", bound.count()), count, "_bucket");
  }
  count += meters.admissions.back();
  out.sample("le", "+Inf", count, "_bucket");
  out.suffixed("_sum", std::chrono::duration<double>(meters.admission_time).count());
  out.suffixed("_count", count);
}

}  // namespace

std::optional<StoreReadings> LastReadings::find(SteadyTime now) const {
  const std::lock_guard guard{mutex_};
  if (!readings_ || now - taken_ >= good_for) return std::nullopt;
  return readings_;
}

void LastReadings::keep(const StoreReadings& readings, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  readings_ = readings;
  taken_ = now;
}

std::string metrics_text(const StoreReadings& store, const MeterReadings& meters, const std::string& version) {
  MetricsWriter out;
  const DownloadCounts& downloads = store.downloads;
  std::map<std::string, std::uint64_t> refusals;
  std::uint64_t refused = 0;
  for (const auto& [error, times] : store.refusals) refusals[error] += static_cast<std::uint64_t>(times);
  for (std::size_t code = 0; code < meters.refused.size(); ++code)
    if (const std::uint64_t times = meters.refused.at(code); times > 0)
      refusals[std::string{row_of(static_cast<Errc>(code)).name}] += times;
  for (const auto& [error, times] : refusals) refused += times;

  out.family("claimcheck_info", "gauge", "The version of the worker that answers.");
  out.sample("version", version, 1);
  out.family("claimcheck_attempts_total", "counter", "Downloads started, and requests refused.");
  out.sample(static_cast<std::uint64_t>(downloads.of(DownloadEvent::started)) + refused);
  out.family("claimcheck_downloads_total", "counter", "Downloads, however many requests each took.");
  for (const DownloadEvent event : {DownloadEvent::started, DownloadEvent::completed})
    out.sample("event", to_string(event), downloads.of(event));
  out.family("claimcheck_downloads_unfinished", "gauge", "Downloads that are not known to be complete; they may become it.");
  for (const DownloadEvent event : {DownloadEvent::aborted, DownloadEvent::handed_off, DownloadEvent::failed})
    out.sample("event", to_string(event), downloads.of(event));
  out.family("claimcheck_bytes_total", "counter", "Bytes of files handed over.");
  out.sample(downloads.bytes);
  out.family("claimcheck_refusals_total", "counter", "Requests refused, by the word of the error.");
  for (const auto& [error, times] : refusals) out.sample("error", error, times);
  out.family("claimcheck_success_ratio", "gauge", "Completed downloads of those of the last 24 hours whose end is known.");
  if (store.success_ratio) out.sample(*store.success_ratio);
  out.family("claimcheck_active_deliveries", "gauge", "Responses that carry bytes of a file right now.");
  out.sample(meters.active);
  write_admissions(out, meters);
  out.family("claimcheck_database_errors_total", "counter", "Requests that the database, or a storage, could not serve.");
  out.sample(meters.database_errors);
  out.family("claimcheck_cron_heartbeat_age_seconds", "gauge", "Since claimcheck-cron ran last; absent if it never did.");
  if (store.since_cron) out.sample(store.since_cron->count());
  out.family("claimcheck_mails_waiting", "gauge", "Mails in the outbox.");
  out.sample(store.mails.waiting);
  out.family("claimcheck_mails_failed", "gauge", "Mails given up within the last 24 hours.");
  out.sample(store.mails.failed);
  return std::move(out).take();
}

}  // namespace claimcheck::fcgi
