#include "fcgi/settlement.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "core/enforcement.h"
#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

using Json = nlohmann::ordered_json;
using SteadyClock = std::chrono::steady_clock;

/// So many ends are remembered while the store is down; a delivery beyond them is found dead by its last checkpoint.
constexpr std::size_t most_unsettled = 1000;

}  // namespace

Progress progress_of(const AdmittedDelivery& admitted, std::uint64_t sent) {
  return {.claim = admitted.claim, .delivery = admitted.delivery.id, .ranges = admitted.delivery.ranges, .sent = sent};
}

/// Stores what a delivery has sent, and tells its outcome unless somebody else has ended it and told so. Throws
/// Error{unavailable}.
void Settlement::store(const AdmittedDelivery& admitted, const Streamed& streamed) {
  const Progress progress = progress_of(admitted, streamed.sent);
  Enforcement enforcement{services_.tokens, services_.pause};
  if (admitted.means == Means::stream) {
    const bool ours = admitted.claim.empty() || enforcement.settle(admitted.token, progress);
    if (!ours) return;
  } else if (streamed.outcome != Outcome::handed_off && !admitted.claim.empty()) {
    enforcement.correct(admitted.token, progress);  // the web server never heard of it
  }
  services_.story.add(
      record_of(admitted.token, admitted.claim, admitted.delivery, streamed.sent, streamed.outcome, services_.tokens.now()),
      SteadyClock::now());
}

void Settlement::settle(const AdmittedDelivery& admitted, const Streamed& streamed, const RequestLine& line) {
  const ActiveDelivery& delivery = admitted.delivery;
  try {
    store(admitted, streamed);
  } catch (const Error& error) {
    services_.log.write(Level::error, "settle_failed",
                        {{"request", line.id}, {"delivery", delivery.id}, {"message", error.what()}});
    if (unsettled_.size() < most_unsettled) unsettled_.push_back({.admitted = admitted, .streamed = streamed});
  }
  for (const DeadDelivery& dead : admitted.dead)
    services_.story.add(
        record_of(admitted.token, dead.claim, dead.delivery, dead.delivery.sent, Outcome::interrupted, delivery.started),
        SteadyClock::now());
  services_.log.write(Level::info, "delivery",
                      {{"request", line.id},
                       {"token", admitted.token.text},
                       {"claim", admitted.claim},
                       {"delivery", delivery.id},
                       {"first", delivery.ranges.front().first},
                       {"length", total_length(delivery.ranges)},
                       {"sent", streamed.sent},
                       {"grounds", to_string(delivery.grounds)},
                       {"outcome", to_string(streamed.outcome)},
                       {"network", line.network}});
}

void Settlement::settle_again() {
  while (!unsettled_.empty()) {
    const AdmittedDelivery& admitted = unsettled_.front().admitted;
    try {
      store(admitted, unsettled_.front().streamed);
      services_.log.write(Level::info, "settled_late", {{"delivery", admitted.delivery.id}});
    } catch (const Error& error) {
      if (error.code() == Errc::unavailable) throw;
      // Trying again would not help: it is found dead by its last checkpoint.
      services_.log.write(Level::error, "settle_failed", {{"delivery", admitted.delivery.id}, {"message", error.what()}});
    }
    unsettled_.erase(unsettled_.begin());
  }
}

void write_line(const Log& log, const RequestLine& line) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - line.begun);
  Json fields{
      {"request", line.id}, {"route", line.route}, {"status", line.status}, {"ms", elapsed.count()}, {"network", line.network}};
  if (line.token) fields["token"] = line.token->text;
  if (!line.error.empty()) fields["error"] = line.error;
  log.write(Level::info, "request", std::move(fields));
}

}  // namespace claimcheck::fcgi
