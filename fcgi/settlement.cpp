#include "fcgi/settlement.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "core/enforcement.h"
#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// What the token becomes by the end of a delivery that was the last to change it.
std::optional<Token> settled(const EndedDelivery& ended, Time now) {
  if (!ended.admitted.stored) return std::nullopt;
  return claimcheck::settle(*ended.admitted.stored, progress_of(ended.admitted, ended.streamed.sent), now);
}

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
  tell(admitted, streamed);
}

/// Has the log tell of a delivery whose end is stored.
void Settlement::tell(const AdmittedDelivery& admitted, const Streamed& streamed) {
  services_.story.add(
      record_of(admitted.token, admitted.claim, admitted.delivery, streamed.sent, streamed.outcome, services_.tokens.now()),
      SteadyClock::now());
}

void Settlement::settle(AdmittedDelivery admitted, const Streamed& streamed, const RequestLine& line) {
  const ActiveDelivery& delivery = admitted.delivery;
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
  if (admitted.stored && admitted.means == Means::stream)
    return services_.ended.add({.admitted = std::move(admitted), .streamed = streamed}, SteadyClock::now());
  try {
    store(admitted, streamed);
  } catch (const Error& error) {
    std::vector<EndedDelivery> ended;
    ended.push_back({.admitted = std::move(admitted), .streamed = streamed, .late = true});
    note_failure(ended.front(), error);
    services_.ended.put_back(std::move(ended), SteadyClock::now());
  }
}

/// One statement for all those of `ended` whose tokens are known as they were stored. They leave `ended`, unless somebody
/// changed one of them meanwhile.
void Settlement::store_together(std::vector<EndedDelivery>& ended) {
  const Time now = services_.tokens.now();
  std::vector<Token> tokens;
  std::set<TokenId> seen;
  const auto others = std::stable_partition(ended.begin(), ended.end(), [&](const EndedDelivery& each) {
    auto token = settled(each, now);
    if (!token || !seen.insert(token->id).second) return false;
    tokens.push_back(std::move(*token));
    return true;
  });
  if (tokens.empty()) return;
  if (tokens.size() == 1 ? !services_.tokens.replace_uses(tokens.front()) : !services_.batches.replace_uses(tokens)) return;
  std::for_each(ended.begin(), others, [&](const EndedDelivery& each) { tell(each.admitted, each.streamed); });
  ended.erase(ended.begin(), others);
}

void Settlement::settle_ended() {
  std::vector<EndedDelivery> ended = services_.ended.take();
  try {
    store_together(ended);
    for (; !ended.empty(); ended.erase(ended.begin())) {
      const EndedDelivery& first = ended.front();
      store(first.admitted, first.streamed);
      if (first.late) services_.log.write(Level::info, "settled_late", {{"delivery", first.admitted.delivery.id}});
    }
  } catch (const Error& error) {
    for (EndedDelivery& each : ended) {
      each.admitted.stored.reset();  // whether that still holds is in doubt
      if (!std::exchange(each.late, true)) note_failure(each, error);
    }
    // Another attempt helps only against a store that is down; else it is found dead by its last checkpoint.
    if (error.code() != Errc::unavailable) ended.erase(ended.begin());
    services_.ended.put_back(std::move(ended), SteadyClock::now());
    throw;
  }
}

void Settlement::note_failure(const EndedDelivery& ended, const Error& error) {
  services_.log.write(
      Level::error, "settle_failed",
      {{"token", ended.admitted.token.text}, {"delivery", ended.admitted.delivery.id}, {"message", error.what()}});
}

void write_line(const Log& log, const RequestLine& line) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - line.begun);
  std::vector<LogField> fields{
      {"request", line.id}, {"route", line.route}, {"status", line.status}, {"ms", elapsed.count()}, {"network", line.network}};
  if (line.token) fields.emplace_back("token", line.token->text);
  if (!line.error.empty()) fields.emplace_back("error", line.error);
  log.write(Level::info, "request", std::span<const LogField>{fields});
}

}  // namespace claimcheck::fcgi
