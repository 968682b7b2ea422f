#include "core/progress.h"

#include <algorithm>
#include <utility>

namespace claimcheck {
namespace {

bool is_dead(const ActiveDelivery& delivery, Time now) {
  return now - delivery.last_progress > counting::dead_after;
}

/// Ends the deliveries of a claim for which `ended` holds, by their last checkpoints.
template <class Condition>
void give_up_those(Claim& claim, const Condition& ended, Time now, std::vector<DeadDelivery>& dead) {
  for (auto delivery = claim.active.begin(); delivery != claim.active.end();) {
    if (!ended(*delivery)) {
      ++delivery;
      continue;
    }
    const auto place = delivery - claim.active.begin();
    dead.push_back({.claim = claim.id, .delivery = give_up(claim, delivery, now)});
    dead.back().completed = claim.completed_by == dead.back().delivery.id;
    delivery = claim.active.begin() + place;
  }
}

}  // namespace

void give_up_standing_still(Claim& claim, Time now, std::vector<DeadDelivery>& dead) {
  give_up_those(claim, [&](const ActiveDelivery& delivery) { return !moving(delivery, now); }, now, dead);
}

std::optional<Token> checkpoint(const Token& before, std::span<const Progress> progress, Time now) {
  Token token = before;
  bool noted = false;
  for (const Progress& each : progress) {
    Claim* claim = find_claim(token, each.claim);
    if (claim == nullptr) continue;
    const auto delivery = std::ranges::find(claim->active, each.delivery, &ActiveDelivery::id);
    if (delivery == claim->active.end()) continue;
    delivery->sent = std::max(delivery->sent, each.sent);
    delivery->last_progress = now;
    claim->last_seen = now;
    noted = true;
  }
  if (!noted) return std::nullopt;
  return token;
}

bool is_active(const Token& token, const Progress& progress) {
  const Claim* claim = find_claim(token, progress.claim);
  return claim != nullptr && contains(claim->active, progress.delivery);
}

bool has_completed(const Token& token, const std::string& claim, const std::string& delivery) {
  const Claim* found = find_claim(token, claim);
  return found != nullptr && found->completed && found->completed_by == delivery;
}

bool is_lost(const Token& token, const Progress& progress) {
  const Claim* claim = find_claim(token, progress.claim);
  return claim != nullptr && contains(claim->lost, progress.delivery);
}

std::optional<Token> settle(Token token, const Progress& progress, Time now) {
  Claim* claim = find_claim(token, progress.claim);
  if (claim == nullptr) return std::nullopt;
  const auto active = std::ranges::find(claim->active, progress.delivery, &ActiveDelivery::id);
  const auto lost = std::ranges::find(claim->lost, progress.delivery, &LostDelivery::id);
  std::uint64_t charged_before = 0;
  if (active != claim->active.end()) {
    claim->active.erase(active);
  } else if (lost != claim->lost.end()) {
    charged_before = std::min(lost->sent, progress.sent);
    claim->lost.erase(lost);
  } else {
    return std::nullopt;
  }
  account(*claim, progress.delivery, progress.ranges, progress.sent, progress.sent - charged_before, now);
  claim->last_seen = now;
  return token;
}

std::optional<Token> correct(const Token& before, const Progress& progress, Time now) {
  Token token = before;
  Claim* claim = find_claim(token, progress.claim);
  if (claim == nullptr) return std::nullopt;
  const auto delivery = std::ranges::find(claim->handed_off, progress.delivery, &HandedOffDelivery::id);
  if (delivery == claim->handed_off.end()) return std::nullopt;
  const std::vector<Range> ranges = std::move(delivery->ranges);
  claim->handed_off.erase(delivery);
  const std::uint64_t length = total_length(ranges), sent = std::min(progress.sent, length);  // logs count headers too
  claim->charged -= length;
  account(*claim, progress.delivery, ranges, sent, sent, now);
  return token;
}

Token tidy(Token token, Time now, std::vector<DeadDelivery>& dead) {
  for (Claim& claim : token.claims)
    give_up_those(claim, [&](const ActiveDelivery& delivery) { return is_dead(delivery, now); }, now, dead);
  const auto given_back = std::erase_if(
      token.claims, [&](const Claim& claim) { return is_unused(claim) && now - claim.last_seen >= counting::give_back_after; });
  token.uses -= static_cast<std::int64_t>(given_back);
  return token;
}

}  // namespace claimcheck
