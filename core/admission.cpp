#include "core/admission.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace claimcheck {
namespace {

/// The token's claim of that name, or nullptr; as const as the token is.
template <class T>
auto find_claim(T& token, const std::string& id) -> decltype(&token.claims.front()) {
  const auto found = std::ranges::find(token.claims, id, &Claim::id);
  return found == token.claims.end() ? nullptr : &*found;
}

template <class Delivery>
bool contains(const std::vector<Delivery>& deliveries, const std::string& id) {
  return std::ranges::find(deliveries, id, &Delivery::id) != deliveries.end();
}

bool is_dead(const ActiveDelivery& delivery, Time now) {
  return now - delivery.last_progress > counting::dead_after;
}

/// A claim that never got a byte. What a dead worker sent after its last checkpoint is unknown: such a claim is not unused,
/// it stays and can still be finished.
bool is_unused(const Claim& claim) {
  return claim.active.empty() && claim.lost.empty() && claim.charged == 0 && !claim.completed;
}

bool is_untold(const Token& token, const Claim& claim) {
  const bool wanted = token.rules.notify == Notify::support || (token.rules.notify == Notify::customer && !token.email.empty());
  return wanted && claim.completed && !claim.told;
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
    delivery = claim.active.begin() + place;
  }
}

/// The claims in the order they are asked: the one the request names; then those that lack something; then those that were
/// opened from the client's network; then the newest.
std::vector<Claim*> asked(Token& token, const Wanted& wanted) {
  std::vector<Claim*> order;
  for (auto claim = token.claims.rbegin(); claim != token.claims.rend(); ++claim) order.push_back(&*claim);
  std::ranges::stable_sort(order, {}, [&](const Claim* claim) {
    return std::tuple{claim->id != wanted.named_claim, claim->completed.has_value(), claim->network != wanted.network};
  });
  return order;
}

Grounds grounds_of(const Claim& claim, const Wanted& wanted) {
  if (claim.completed) return Grounds::repeated;
  if (!carries_first_byte(wanted.ranges)) return Grounds::continued;
  // Who has pressed the button has not begun yet.
  const bool begun = claim.charged > 0 || !claim.active.empty() || !claim.lost.empty();
  return begun ? Grounds::restarted : Grounds::opened;
}

/// Makes room for one more claim. The use of a claim that is forgotten stays counted.
/// @return false if there is none
bool make_room(Token& token, Time now) {
  std::vector<Claim>& claims = token.claims;
  const auto finished = [&](const Claim& claim) {
    return claim.active.empty() && claim.completed && now - *claim.completed > counting::retry_window;
  };
  while (claims.size() >= counting::finished_claims_kept) {
    const auto claim = std::ranges::find_if(claims, finished);
    if (claim == claims.end()) break;
    claims.erase(claim);
  }
  if (claims.size() < counting::claims_kept) return true;
  const auto idlest = std::ranges::min_element(
      claims, {}, [](const Claim& claim) { return std::pair{!claim.active.empty(), claim.last_seen}; });
  if (!idlest->active.empty()) return false;
  claims.erase(idlest);
  return true;
}

Refusal used_up(const Token& token) {
  Details details{{"max_uses", token.max_uses}, {"uses", token.uses}};
  if (!token.claims.empty()) {
    const Time last = std::ranges::max(token.claims, {}, &Claim::last_seen).last_seen;
    details.emplace_back("last_used_at", format_rfc3339(last));
  }
  return {.code = Errc::usage_limit_exceeded, .details = std::move(details)};
}

Refusal expired(const Token& token) {
  return {.code = Errc::token_expired, .details = {{"expired_at", format_rfc3339(token.expires_at)}}};
}

Refusal in_progress() {
  return {.code = Errc::download_in_progress, .details = {}};
}

Admission refused(Refusal refusal, bool held_up = false) {
  Admission admission;
  admission.refusal = std::move(refusal);
  admission.held_up = held_up;
  return admission;
}

/// Lets `claim`, which is one of `token`'s, take the request.
Admission& take(Admission& admission, Admission::Kind kind, Token& token, Claim& claim, const Wanted& wanted, Time now) {
  begin_delivery(claim, wanted, admission.grounds, now);
  admission.kind = kind;
  admission.claim = claim.id;
  admission.token = std::move(token);
  return admission;
}

}  // namespace

std::optional<Refusal> refusal(const Token& token, Time now) {
  if (token.revoked_at)
    return Refusal{.code = Errc::token_revoked, .details = {{"revoked_at", format_rfc3339(*token.revoked_at)}}};
  const bool may_be_finished = !token.claims.empty() && now < token.expires_at + token.rules.grace;
  if (now >= token.expires_at && !may_be_finished) return expired(token);
  return std::nullopt;
}

Admission decide(const Token& before, const Wanted& wanted, Time now) {
  if (const auto refused_token = refusal(before, now)) return refused(*refused_token);
  Admission admission;
  if (before.max_uses == 0) {
    admission.kind = Admission::Kind::unlimited;
    return admission;
  }
  Token token = tidy(before, now, admission.dead);
  const auto stands_still = [&](const ActiveDelivery& delivery) { return !moving(delivery, now); };

  // Rule 2: an open claim takes it; the one that is named is asked first (rule 8).
  for (Claim* claim : asked(token, wanted)) {
    const Answer reply = answer(*claim, wanted, token.rules, now);
    admission.held_up = admission.held_up || reply == Answer::held_up;
    if (reply != Answer::takes && reply != Answer::takes_over) continue;
    admission.grounds = grounds_of(*claim, wanted);
    if (reply == Answer::takes_over) give_up_those(*claim, stands_still, now, admission.dead);
    return take(admission, Admission::Kind::continued, token, *claim, wanted, now);
  }

  // Rule 3: a claim is opened. What does not begin a download waits for its own claim rather than cost another use.
  if (now >= token.expires_at) return refused(expired(token));
  const bool begins = wanted.ranges.empty() || carries_first_byte(wanted.ranges);
  if (admission.held_up && !begins) return refused(in_progress(), true);
  if (token.uses < token.max_uses) {
    if (!make_room(token, now)) return refused(in_progress());
    token.uses += 1;
    token.claims.push_back(
        {.id = wanted.new_claim, .opened = now, .network = wanted.network, .file = wanted.file, .last_seen = now});
    admission.grounds = Grounds::opened;
    return take(admission, Admission::Kind::opened, token, token.claims.back(), wanted, now);
  }

  // The file was replaced under a download that had not ended: its use is good for the new one.
  for (Claim* claim : asked(token, wanted)) {
    if (!may_renew(*claim, wanted, token.rules, now)) continue;
    give_up_those(*claim, stands_still, now, admission.dead);
    claim->file = wanted.file;
    claim->covered = {};
    claim->lost.clear();
    claim->handed_off.clear();
    admission.grounds = Grounds::renewed;
    return take(admission, Admission::Kind::continued, token, *claim, wanted, now);
  }
  return admission.held_up ? refused(in_progress(), true) : refused(used_up(token));  // rule 4
}

std::optional<Admission> admitted_before(const Token& token, const std::string& delivery) {
  for (const Claim& claim : token.claims) {
    Admission admission;
    admission.kind = Admission::Kind::continued;
    admission.claim = claim.id;
    admission.grounds = Grounds::continued;
    const auto active = std::ranges::find(claim.active, delivery, &ActiveDelivery::id);
    if (active != claim.active.end()) {
      admission.grounds = active->grounds;
    } else if (!contains(claim.handed_off, delivery)) {
      continue;
    }
    admission.token = token;
    return admission;
  }
  return std::nullopt;
}

bool given_up_before(const Token& token, const std::string& delivery) {
  return std::ranges::any_of(token.claims, [&](const Claim& claim) { return contains(claim.lost, delivery); });
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

bool is_lost(const Token& token, const Progress& progress) {
  const Claim* claim = find_claim(token, progress.claim);
  return claim != nullptr && contains(claim->lost, progress.delivery);
}

std::optional<Token> settle(const Token& before, const Progress& progress, Time now) {
  Token token = before;
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
  account(*claim, progress.ranges, progress.sent, progress.sent - charged_before, now);
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
  account(*claim, ranges, sent, sent, now);
  return token;
}

Token tidy(const Token& before, Time now, std::vector<DeadDelivery>& dead) {
  Token token = before;
  for (Claim& claim : token.claims)
    give_up_those(claim, [&](const ActiveDelivery& delivery) { return is_dead(delivery, now); }, now, dead);
  const auto given_back = std::erase_if(
      token.claims, [&](const Claim& claim) { return is_unused(claim) && now - claim.last_seen >= counting::give_back_after; });
  token.uses -= static_cast<std::int64_t>(given_back);
  return token;
}

std::vector<Claim> untold(const Token& token) {
  std::vector<Claim> claims;
  std::ranges::copy_if(token.claims, std::back_inserter(claims), [&](const Claim& claim) { return is_untold(token, claim); });
  return claims;
}

std::optional<Token> note_told(const Token& before, std::span<const std::string> claims) {
  Token token = before;
  bool noted = false;
  for (const std::string& id : claims) {
    Claim* claim = find_claim(token, id);
    if (claim == nullptr || claim->told) continue;
    noted = claim->told = true;
  }
  if (!noted) return std::nullopt;
  return token;
}

Time warning_due(const Token& token) {
  const bool wanted = token.rules.warn_before > seconds{0} && !token.email.empty() && !token.revoked_at;
  return wanted ? token.expires_at - token.rules.warn_before : Time::max();
}

Time tidy_due(const Token& token) {
  Time due = Time::max();
  for (const Claim& claim : token.claims) {
    for (const ActiveDelivery& delivery : claim.active)
      due = std::min(due, delivery.last_progress + counting::dead_after + seconds{1});
    if (is_unused(claim)) due = std::min(due, claim.last_seen + counting::give_back_after);
    if (is_untold(token, claim)) due = std::min(due, claim.completed.value_or(due));
  }
  return due;
}

}  // namespace claimcheck
