#include "core/delivery_log.h"

#include <algorithm>

#include "core/progress.h"

namespace claimcheck {

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::complete:
      return "complete";
    case Outcome::aborted:
      return "aborted";
    case Outcome::interrupted:
      return "interrupted";
    case Outcome::handed_off:
      return "handed_off";
    case Outcome::failed:
      return "failed";
  }
  return "failed";
}

std::optional<Outcome> parse_outcome(std::string_view word) {
  for (const Outcome outcome :
       {Outcome::complete, Outcome::aborted, Outcome::interrupted, Outcome::handed_off, Outcome::failed})
    if (word == to_string(outcome)) return outcome;
  return std::nullopt;
}

DeliveryRecord record_of(const TokenId& token, const std::string& claim, const ActiveDelivery& delivery, std::uint64_t sent,
                         Outcome outcome, Time ended) {
  return {.id = delivery.id,
          .token = token,
          .claim = claim,
          .started = delivery.started,
          .ended = ended,
          .range = {.first = delivery.ranges.front().first, .length = total_length(delivery.ranges)},
          .sent = sent,
          .outcome = outcome,
          .grounds = delivery.grounds,
          .network = delivery.network};
}

DeliveryRecord record_of(const TokenId& token, const DeadDelivery& dead, Time ended) {
  DeliveryRecord record = record_of(token, dead.claim, dead.delivery, dead.delivery.sent, Outcome::interrupted, ended);
  record.completed = dead.completed;
  return record;
}

bool told_together(const RefusalRecord& left, const RefusalRecord& right) {
  const auto hour = [](const RefusalRecord& record) { return std::chrono::floor<std::chrono::hours>(record.first); };
  return left.token == right.token && left.error == right.error && left.network == right.network && hour(left) == hour(right);
}

void add(RefusalRecord& record, const RefusalRecord& later) {
  record.last = std::max(record.last, later.last);
  record.times += later.times;
}

}  // namespace claimcheck
