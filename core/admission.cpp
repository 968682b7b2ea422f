#include "core/admission.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/due.h"
#include "core/network.h"

namespace claimcheck {
namespace {

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
  // Who has pressed the button has not begun yet.
  const bool begun = claim.charged > 0 || !claim.active.empty() || !claim.lost.empty();
  if (!begun) return Grounds::opened;
  return carries_first_byte(wanted.ranges) ? Grounds::restarted : Grounds::continued;
}

/// Makes room for one more claim. The use of a claim that is forgotten stays counted.
/// @return false if there is none
bool make_room(Token& token, Time now) {
  std::vector<Claim>& claims = token.claims;
  const auto finished = [&](const Claim& claim) {
    return claim.active.empty() && claim.completed && now - *claim.completed > counting::retry_window &&
           !is_untold(token, claim);
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
    const Claim& last = *std::ranges::max_element(token.claims, {}, &Claim::last_seen);
    details.emplace_back("last_used_at", format_rfc3339(last.last_seen));
    // Whatever the log records: who has the link is not told somebody else's whole address.
    if (!last.network.empty()) details.emplace_back("last_used_from", anonymised(last.network));
  }
  return {.code = Errc::usage_limit_exceeded, .details = std::move(details)};
}

Admission refused(Refusal refusal) {
  Admission admission;
  admission.refusal = std::move(refusal);
  return admission;
}

/// What is asked for is being given to somebody at this moment.
Admission in_progress() {
  return refused({.code = Errc::download_in_progress, .details = {}});
}

/// The same, and a moment later an open claim might take it.
Admission held_up() {
  Admission admission = in_progress();
  admission.held_up = true;
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

Refusal over(const Token& token, Time now) {
  if (token.revoked_at) return {.code = Errc::token_revoked, .details = {{"revoked_at", format_rfc3339(*token.revoked_at)}}};
  if (now >= token.expires_at)
    return {.code = Errc::token_expired, .details = {{"expired_at", format_rfc3339(token.expires_at)}}};
  return used_up(token);
}

std::optional<Refusal> refusal(const Token& token, Time now) {
  const bool may_be_finished = !token.claims.empty() && now < token.expires_at + token.rules.grace;
  if (token.revoked_at || (now >= token.expires_at && !may_be_finished)) return over(token, now);
  return std::nullopt;
}

Admission decide(Token token, const Wanted& wanted, Time now) {
  if (const auto refused_token = refusal(token, now)) return refused(*refused_token);
  Admission admission;
  if (token.max_uses == 0) {
    admission.kind = Admission::Kind::unlimited;
    return admission;
  }
  token = tidy(std::move(token), now, admission.dead);

  // Rule 2: an open claim takes it; the one that is named is asked first (rule 8).
  for (Claim* claim : asked(token, wanted)) {
    const Answer reply = answer(*claim, wanted, token.rules, now);
    admission.held_up = admission.held_up || reply == Answer::held_up;
    if (reply != Answer::takes && reply != Answer::takes_over) continue;
    admission.grounds = grounds_of(*claim, wanted);
    if (reply == Answer::takes_over) give_up_standing_still(*claim, now, admission.dead);
    return take(admission, Admission::Kind::continued, token, *claim, wanted, now);
  }

  // Rule 3: a claim is opened. What does not begin a download waits for its own claim rather than cost another use.
  if (now >= token.expires_at) return refused(over(token, now));
  const bool begins = wanted.ranges.empty() || carries_first_byte(wanted.ranges);
  if (admission.held_up && !begins) return held_up();
  if (token.uses < token.max_uses) {
    if (!make_room(token, now)) return in_progress();
    token.uses += 1;
    token.claims.push_back(
        {.id = wanted.new_claim, .opened = now, .network = wanted.network, .file = wanted.file, .last_seen = now});
    admission.grounds = Grounds::opened;
    return take(admission, Admission::Kind::opened, token, token.claims.back(), wanted, now);
  }

  // The file was replaced under a download that had not ended: its use is good for the new one.
  for (Claim* claim : asked(token, wanted)) {
    if (!may_renew(*claim, wanted, token.rules, now)) continue;
    give_up_standing_still(*claim, now, admission.dead);
    claim->file = wanted.file;
    claim->covered = {};
    claim->lost.clear();
    claim->handed_off.clear();
    admission.grounds = Grounds::renewed;
    return take(admission, Admission::Kind::continued, token, *claim, wanted, now);
  }
  return admission.held_up ? held_up() : refused(over(token, now));  // rule 4
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

}  // namespace claimcheck
