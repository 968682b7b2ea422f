#include "core/claim.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace claimcheck {
namespace {

/// What the request would cost; the button will be followed by a request for the whole file.
std::vector<Range> wanted_ranges(const Wanted& wanted) {
  if (!wanted.ranges.empty()) return wanted.ranges;
  return {{.first = 0, .length = wanted.file.size}};
}

bool is_recent(Time at, Time now) {
  return now - at <= counting::retry_window;
}

/// Rule 2b: a claim that is complete gives its tail again, or anything to who names it, for a while.
bool gives_again(const Claim& claim, const std::vector<Range>& ranges, bool named, Time now) {
  if (!claim.completed || !is_recent(*claim.completed, now)) return false;
  return named || (!carries_first_byte(ranges) && total_length(ranges) <= tail(claim.file.size));
}

/// Rule 2a, the half about deliveries whose fate is unknown: only who names the claim may begin again.
bool may_begin_again(const Claim& claim, bool named, Time now) {
  return std::ranges::none_of(claim.handed_off, [&](const HandedOffDelivery& delivery) {
    return carries_first_byte(delivery.ranges) && !(named && is_recent(delivery.at, now));
  });
}

/// Rule 2, the budget: what is under way is reserved as a whole. A delivery that stands still gives back what it has not
/// sent; one that moves may end early, so what it has not sent holds others up but does not turn them away.
Answer pays(const Claim& claim, std::uint64_t length, const Rules& rules, Time now) {
  const std::uint64_t most = budget(claim.file.size, rules);
  std::uint64_t sent = claim.charged, reserved = claim.charged, reserved_by_moving = claim.charged;
  std::size_t movers = 0;
  for (const ActiveDelivery& delivery : claim.active) {
    const bool moves = moving(delivery, now);
    const std::uint64_t whole = total_length(delivery.ranges);
    sent += delivery.sent;
    reserved += whole;
    reserved_by_moving += moves ? whole : delivery.sent;
    movers += moves ? 1 : 0;
  }
  const std::size_t at_once = std::min(static_cast<std::size_t>(rules.parallel), counting::deliveries_at_once);
  if (sent + length > most) return Answer::cannot;
  if (reserved + length <= most && claim.active.size() < at_once) return Answer::takes;
  return reserved_by_moving + length <= most && movers < at_once ? Answer::takes_over : Answer::held_up;
}

/// The bytes of `ranges` that went out first, `sent` of them.
std::vector<Range> prefix(const std::vector<Range>& ranges, std::uint64_t sent) {
  std::vector<Range> out;
  for (const Range& range : ranges) {
    const std::uint64_t length = std::min(range.length, sent);
    if (length > 0) out.push_back({.first = range.first, .length = length});
    sent -= length;
  }
  return out;
}

template <class Deliveries>
void forget_oldest(Deliveries& deliveries, std::size_t kept) {
  if (deliveries.size() > kept) deliveries.erase(deliveries.begin());
}

void hand_off(Claim& claim, const Wanted& wanted, Time now) {
  claim.handed_off.push_back({.id = wanted.delivery, .ranges = wanted.ranges, .at = now});
  claim.charged += total_length(wanted.ranges);
  if (claim.handed_off.size() > counting::handed_off_kept) {
    for (const Range& range : claim.handed_off.front().ranges) claim.covered.add(range);
    claim.handed_off.erase(claim.handed_off.begin());
  }
  note_completion(claim, wanted.delivery, now);
}

}  // namespace

bool is_unused(const Claim& claim) {
  return claim.active.empty() && claim.lost.empty() && claim.charged == 0 && !claim.completed;
}

Answer answer(const Claim& claim, const Wanted& wanted, const Rules& rules, Time now) {
  const std::vector<Range> ranges = wanted_ranges(wanted);
  const bool named = claim.id == wanted.named_claim;
  if (claim.file != wanted.file) return Answer::cannot;
  if (claim.completed && !gives_again(claim, ranges, named, now)) return Answer::cannot;
  const Answer paid = pays(claim, total_length(ranges), rules, now);
  if (!carries_first_byte(ranges)) return paid;

  if (!may_begin_again(claim, named, now)) return Answer::cannot;
  const auto in_the_way = [&](const ActiveDelivery& delivery) { return carries_first_byte(delivery.ranges); };
  const auto moves = [&](const ActiveDelivery& delivery) { return in_the_way(delivery) && moving(delivery, now); };
  if (std::ranges::any_of(claim.active, moves)) return Answer::held_up;
  if (paid != Answer::takes) return paid;
  return std::ranges::any_of(claim.active, in_the_way) ? Answer::takes_over : Answer::takes;
}

bool may_renew(const Claim& claim, const Wanted& wanted, const Rules& rules, Time now) {
  const auto moves = [&](const ActiveDelivery& delivery) { return moving(delivery, now); };
  if (claim.completed || claim.file == wanted.file || std::ranges::any_of(claim.active, moves)) return false;
  std::uint64_t sent = claim.charged;
  for (const ActiveDelivery& delivery : claim.active) sent += delivery.sent;
  return sent + total_length(wanted_ranges(wanted)) <= budget(wanted.file.size, rules);
}

void begin_delivery(Claim& claim, const Wanted& wanted, Grounds grounds, Time now) {
  claim.last_seen = now;
  if (wanted.ranges.empty()) return;
  if (wanted.means == Means::hand_off) return hand_off(claim, wanted, now);
  claim.active.push_back({.id = wanted.delivery,
                          .ranges = wanted.ranges,
                          .sent = 0,
                          .started = now,
                          .last_progress = now,
                          .network = wanted.network,
                          .grounds = grounds});
}

void account(Claim& claim, const std::string& ended, const std::vector<Range>& ranges, std::uint64_t sent, std::uint64_t charge,
             Time now) {
  for (const Range& range : prefix(ranges, sent)) claim.covered.add(range);
  claim.covered.merge_down_to(counting::intervals_kept);
  claim.charged += charge;
  note_completion(claim, ended, now);
}

ActiveDelivery give_up(Claim& claim, std::vector<ActiveDelivery>::iterator delivery, Time now) {
  ActiveDelivery given_up = std::move(*delivery);
  claim.active.erase(delivery);
  account(claim, given_up.id, given_up.ranges, given_up.sent, given_up.sent, now);
  claim.lost.push_back({.id = given_up.id, .sent = given_up.sent});
  forget_oldest(claim.lost, counting::lost_kept);
  return given_up;
}

void note_completion(Claim& claim, const std::string& by, Time now) {
  IntervalSet given = claim.covered;
  for (const HandedOffDelivery& delivery : claim.handed_off)
    for (const Range& range : delivery.ranges) given.add(range);
  if (!given.covers(claim.file.size)) {
    claim.completed.reset();
    claim.completed_by.clear();
  } else if (!claim.completed) {
    claim.completed = now;
    claim.completed_by = by;
  }
}

bool moving(const ActiveDelivery& delivery, Time now) {
  return now - delivery.last_progress < counting::stalled_after;
}

bool carries_first_byte(const std::vector<Range>& ranges) {
  return std::ranges::any_of(ranges, [](const Range& range) { return range.first == 0; });
}

std::uint64_t budget(std::uint64_t size, const Rules& rules) {
  const double repeats = static_cast<double>(size) * rules.retry_budget;
  constexpr double most = static_cast<double>(std::numeric_limits<std::int64_t>::max()) / 4;
  return size + static_cast<std::uint64_t>(std::clamp(repeats, 0.0, most)) + counting::budget_slack;
}

std::uint64_t tail(std::uint64_t size) {
  return std::max(counting::tail_at_least, size / counting::tail_divisor);
}

}  // namespace claimcheck
