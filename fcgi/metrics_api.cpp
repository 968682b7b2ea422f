#include "fcgi/metrics_api.h"

#include <algorithm>
#include <utility>

#include "fcgi/api_key.h"
#include "fcgi/metrics.h"

namespace claimcheck::fcgi {
namespace {

StoreReadings read_store(const Services& services, Time now) {
  StoreReadings readings;
  for (const EventCount& count : services.statistics.by_event(all_time(now))) {
    DownloadCounts one;
    one.add(count);
    readings.downloads.add(count);
    if (one.refused > 0) readings.refusals[count.event] += one.refused;
  }
  const Time hour = std::chrono::floor<std::chrono::hours>(now);
  DownloadCounts day;
  for (const EventCount& count :
       services.statistics.by_event({.since = hour - std::chrono::hours{23}, .until = hour + std::chrono::hours{1}}))
    day.add(count);
  readings.success_ratio = day.success_ratio();
  if (const auto ran = services.statistics.cron_ran_at()) readings.since_cron = std::max(seconds{0}, now - *ran);
  readings.mails = services.mail_log.backlog(now - std::chrono::days{1});
  return readings;
}

}  // namespace

Answer show_metrics(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::metrics);
  const auto asked = std::chrono::steady_clock::now();
  auto store = services.last_readings.find(asked);
  if (!store) {
    store = read_store(services, services.tokens.now());
    services.last_readings.keep(*store, asked);
  }
  const auto grown = [&](Grown which, std::int64_t value) {
    return static_cast<std::int64_t>(services.meters.show(which, static_cast<std::uint64_t>(value)));
  };
  auto& [started, completed, aborted, handed_off, failed] = store->downloads.events;
  started = grown(Grown::started, started);
  completed = grown(Grown::completed, completed);
  store->downloads.bytes = services.meters.show(Grown::bytes, store->downloads.bytes);
  Reply reply;
  add_common_headers(reply);
  reply.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  reply.text = metrics_text(*store, services.meters.read(), services.self.version);
  return {.reply = std::move(reply), .delivery = {}};
}

}  // namespace claimcheck::fcgi
