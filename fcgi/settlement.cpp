#include "fcgi/settlement.h"

#include <chrono>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "core/enforcement.h"
#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Of a token without a limit, where there is no claim to tell.
bool carried_whole(const AdmittedDelivery& admitted, Outcome outcome) {
  return (outcome == Outcome::complete || outcome == Outcome::handed_off) &&
         total_length(admitted.delivery.ranges) == admitted.size;
}

/// Of what the threads of a process share, so that any of them can note it.
void note_failure(const Log& log, Meters& meters, const AdmittedDelivery& admitted, const Error& error) {
  if (error.code() == Errc::unavailable) meters.count_database_error();
  log.write(Level::error, "settle_failed",
            {{"token", admitted.token.text}, {"delivery", admitted.delivery.id}, {"message", error.what()}});
}

/// How a delivery's token is to be stored now that it has ended.
struct KnownEnd {
  Token next;
  bool completed = false;  ///< its claim, by this delivery
};

/// Small files go out with their admission: then the row is as that left it, and need not be read again.
/// @return nothing if the delivery is settled already
std::optional<KnownEnd> known_end(Token stored, const Progress& progress, Time now) {
  std::optional<Token> next = claimcheck::settle(std::move(stored), progress, now);
  if (!next) return std::nullopt;
  const bool completed = has_completed(*next, progress.claim, progress.delivery);
  return KnownEnd{.next = std::move(*next), .completed = completed};
}

DeliveryRecord record_of(const AdmittedDelivery& admitted, const Streamed& streamed, bool completed, Time now) {
  DeliveryRecord record =
      claimcheck::record_of(admitted.token, admitted.claim, admitted.delivery, streamed.sent, streamed.outcome, now);
  record.completed = completed;
  return record;
}

}  // namespace

Progress progress_of(const AdmittedDelivery& admitted, std::uint64_t sent) {
  return {.claim = admitted.claim, .delivery = admitted.delivery.id, .ranges = admitted.delivery.ranges, .sent = sent};
}

/// Throws Error{unavailable}.
Settled Settlement::end(const AdmittedDelivery& admitted, const Streamed& streamed) {
  if (admitted.claim.empty()) return {.completed = carried_whole(admitted, streamed.outcome)};
  const Progress progress = progress_of(admitted, streamed.sent);
  Enforcement enforcement{services_.tokens, services_.pause};
  if (admitted.means == Means::stream) {
    const auto known = admitted.stored ? known_end(*admitted.stored, progress, services_.tokens.now()) : std::nullopt;
    // If that fails, somebody has changed the row, or the answer was lost.
    if (known && services_.tokens.replace_uses(known->next)) return {.completed = known->completed};
    return enforcement.settle(admitted.token, progress);
  }
  if (streamed.outcome == Outcome::handed_off)
    return {.completed = admitted.stored && has_completed(*admitted.stored, admitted.claim, admitted.delivery.id)};
  enforcement.correct(admitted.token, progress);  // the web server never heard of it
  return {};
}

/// Stores what a delivery has sent, and tells its outcome unless somebody else has ended it and told so. Throws
/// Error{unavailable}.
void Settlement::store(const AdmittedDelivery& admitted, const Streamed& streamed) {
  const Settled settled = end(admitted, streamed);
  if (!settled.ours) return;
  services_.story.add(record_of(admitted, streamed, settled.completed, services_.tokens.now()), SteadyClock::now());
}

void Settlement::note_end(const AdmittedDelivery& admitted, const Streamed& streamed, const RequestLine& line) {
  const ActiveDelivery& delivery = admitted.delivery;
  for (const DeadDelivery& dead : admitted.dead)
    services_.story.add(claimcheck::record_of(admitted.token, dead, delivery.started), SteadyClock::now());
  std::vector<LogField> fields{
      {"request", line.id},      {"token", admitted.token.text},           {"claim", admitted.claim},
      {"delivery", delivery.id}, {"first", delivery.ranges.front().first}, {"length", total_length(delivery.ranges)},
      {"sent", streamed.sent},   {"grounds", to_string(delivery.grounds)}, {"outcome", to_string(streamed.outcome)},
      {"network", line.network}};
  if (!streamed.fault.empty()) fields.emplace_back("fault", streamed.fault);
  services_.log.write(Level::info, "delivery", std::span<const LogField>{fields});
}

void Settlement::settle(AdmittedDelivery admitted, const Streamed& streamed, const RequestLine& line) {
  admitted.active.reset();
  note_end(admitted, streamed, line);
  try {
    store(admitted, streamed);
  } catch (const Error& error) {
    note_failure(services_.log, services_.meters, admitted, error);
    admitted.stored.reset();  // whether that still holds is in doubt
    services_.unsettled.add({.admitted = std::move(admitted), .streamed = streamed},
                            SteadyClock::now() + UnsettledDeliveries::before_next_attempt);
  }
}

void Settlement::settle_soon(AdmittedDelivery admitted, const Streamed& streamed, const RequestLine& line) {
  // Only who was admitted on this thread: another may never have reached the store, and not know its clock.
  std::optional<Token> stored = std::exchange(admitted.stored, std::nullopt);
  if (!stored) return settle(std::move(admitted), streamed, line);
  const Time now = services_.tokens.now();
  auto known = known_end(*std::move(stored), progress_of(admitted, streamed.sent), now);
  if (!known) return settle(std::move(admitted), streamed, line);
  admitted.active.reset();
  note_end(admitted, streamed, line);
  DeliveryRecord record = record_of(admitted, streamed, known->completed, now);
  // Whoever hears of it may be another thread, so it is given nothing of this one's.
  const auto end =
      std::make_shared<UnsettledDelivery>(UnsettledDelivery{.admitted = std::move(admitted), .streamed = streamed});
  auto told = [end, record = std::move(record), &story = services_.story, &unsettled = services_.unsettled,
               &log = services_.log, &meters = services_.meters](const std::variant<bool, Error>& written) {
    const auto heard = SteadyClock::now();
    if (const auto* error = std::get_if<Error>(&written)) {
      note_failure(log, meters, end->admitted, *error);
      unsettled.add(std::move(*end), heard + UnsettledDeliveries::before_next_attempt);
    } else if (std::get<bool>(written)) {
      story.add(record, heard);
    } else {
      unsettled.add(std::move(*end), heard);  // somebody has changed the row, or the answer was lost
    }
  };
  services_.late_writes.replace_uses_soon(std::move(known->next), std::move(told));
}

void Settlement::settle_again() {
  std::vector<UnsettledDelivery> unsettled = services_.unsettled.take();
  for (auto each = unsettled.begin(); each != unsettled.end(); ++each) {
    try {
      store(each->admitted, each->streamed);
      services_.log.write(Level::info, "settled_late", {{"delivery", each->admitted.delivery.id}});
    } catch (const Error& error) {
      if (error.code() == Errc::unavailable) {
        unsettled.erase(unsettled.begin(), each);
        services_.unsettled.put_back(std::move(unsettled), SteadyClock::now());
        throw;
      }
      // Trying again would not help: it is found dead by its last checkpoint.
      note_failure(services_.log, services_.meters, each->admitted, error);
    }
  }
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
