#include "core/admission.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace claimcheck {
namespace {

enum class Answer { takes, in_progress, cannot };

bool carries_first_byte(const std::vector<Range>& ranges) {
  return std::ranges::any_of(ranges, [](const Range& range) { return range.first == 0; });
}

std::uint64_t reserved(const Claim& claim) {
  std::uint64_t bytes = 0;
  for (const ActiveDelivery& delivery : claim.active) bytes += total_length(delivery.ranges);
  return bytes;
}

bool moving(const ActiveDelivery& delivery, Time now) {
  return now - delivery.last_progress < counting::stalled_after;
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

void account(Claim& claim, const std::vector<Range>& ranges, std::uint64_t sent, std::uint64_t charge, Time now) {
  for (const Range& range : prefix(ranges, sent)) claim.covered.add(range);
  claim.charged += charge;
  if (!claim.completed && claim.covered.covers(claim.file.size)) claim.completed = now;
}

/// Rule 2: whether an open claim pays for these bytes.
Answer answer(const Claim& claim, const Wanted& wanted, const std::vector<Range>& ranges, const Rules& rules, Time now) {
  const std::uint64_t length = total_length(ranges);
  const bool from_start = carries_first_byte(ranges);
  const bool named = claim.id == wanted.named_claim;
  if (claim.file != wanted.file) return Answer::cannot;
  if (claim.completed) {
    if (now - *claim.completed > counting::retry_window) return Answer::cannot;
    const std::uint64_t tail = std::max(counting::tail_at_least, claim.file.size / counting::tail_divisor);
    if (!named && (from_start || length > tail)) return Answer::cannot;
  }
  if (from_start && std::ranges::any_of(claim.active, [&](const ActiveDelivery& delivery) {
        return carries_first_byte(delivery.ranges) && moving(delivery, now);
      }))
    return Answer::in_progress;
  if (claim.charged + reserved(claim) + length > budget(claim.file.size, rules)) return Answer::cannot;
  return Answer::takes;
}

Claim* find_claim(Token& token, const std::string& id) {
  const auto found = std::ranges::find(token.claims, id, &Claim::id);
  return found == token.claims.end() ? nullptr : &*found;
}

/// The claims in the order they are asked: the one the request names, then the newest.
std::vector<Claim*> asked(Token& token, const std::string& named) {
  std::vector<Claim*> order;
  if (Claim* claim = named.empty() ? nullptr : find_claim(token, named)) order.push_back(claim);
  for (auto claim = token.claims.rbegin(); claim != token.claims.rend(); ++claim)
    if (claim->id != named) order.push_back(&*claim);
  return order;
}

void begin_delivery(Claim& claim, const Wanted& wanted, Time now) {
  claim.last_seen = now;
  if (wanted.ranges.empty()) return;
  claim.active.push_back({.id = wanted.delivery,
                          .ranges = wanted.ranges,
                          .sent = 0,
                          .started = now,
                          .last_progress = now,
                          .network = wanted.network});
}

void forget_finished_claims(Token& token, Time now) {
  while (token.claims.size() > counting::claims_kept) {
    const auto finished = std::ranges::find_if(token.claims, [&](const Claim& claim) {
      return claim.active.empty() && claim.completed && now - *claim.completed > counting::retry_window;
    });
    if (finished == token.claims.end()) return;
    token.claims.erase(finished);
  }
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

Admission refused(Refusal refusal) {
  Admission admission;
  admission.refusal = std::move(refusal);
  return admission;
}

}  // namespace

std::uint64_t budget(std::uint64_t size, const Rules& rules) {
  const double repeats = static_cast<double>(size) * rules.retry_budget;
  constexpr double most = static_cast<double>(std::numeric_limits<std::int64_t>::max()) / 4;
  return size + static_cast<std::uint64_t>(std::clamp(repeats, 0.0, most)) + counting::budget_slack;
}

std::optional<Refusal> refusal(const Token& token, Time now) {
  if (token.revoked_at)
    return Refusal{.code = Errc::token_revoked, .details = {{"revoked_at", format_rfc3339(*token.revoked_at)}}};
  const bool may_be_finished = !token.claims.empty() && now < token.expires_at + token.rules.grace;
  if (now >= token.expires_at && !may_be_finished) return expired(token);
  return std::nullopt;
}

Token tidy(const Token& before, Time now, std::vector<DeadDelivery>& dead) {
  Token token = before;
  for (Claim& claim : token.claims) {
    const auto gone = std::ranges::stable_partition(
        claim.active, [&](const ActiveDelivery& delivery) { return now - delivery.last_progress <= counting::dead_after; });
    for (const ActiveDelivery& delivery : gone) {
      account(claim, delivery.ranges, delivery.sent, delivery.sent, now);
      dead.push_back({.claim = claim.id, .delivery = delivery});
      claim.lost.push_back({.id = delivery.id, .sent = delivery.sent});
      if (claim.lost.size() > counting::lost_kept) claim.lost.erase(claim.lost.begin());
    }
    claim.active.erase(gone.begin(), gone.end());
  }
  // What a dead worker sent after its last checkpoint is unknown: such a claim stays, and can still be finished.
  const auto given_back = std::erase_if(token.claims, [&](const Claim& claim) {
    return claim.active.empty() && claim.lost.empty() && claim.charged == 0 && !claim.completed &&
           now - claim.last_seen >= counting::give_back_after;
  });
  token.uses -= static_cast<std::int64_t>(given_back);
  return token;
}

Admission decide(const Token& before, const Wanted& wanted, Time now) {
  if (const auto refused_token = refusal(before, now)) return refused(*refused_token);
  Admission admission;
  if (before.max_uses == 0) {
    admission.kind = Admission::Kind::unlimited;
    return admission;
  }

  Token token = tidy(before, now, admission.dead);
  const std::vector<Range> whole{{.first = 0, .length = wanted.file.size}};
  const std::vector<Range>& ranges = wanted.ranges.empty() ? whole : wanted.ranges;
  bool in_the_way = false;
  for (Claim* claim : asked(token, wanted.named_claim)) {
    const Answer reply = answer(*claim, wanted, ranges, token.rules, now);
    in_the_way = in_the_way || reply == Answer::in_progress;
    if (reply != Answer::takes) continue;
    begin_delivery(*claim, wanted, now);
    admission.kind = Admission::Kind::continued;
    admission.claim = claim->id;
    admission.token = std::move(token);
    return admission;
  }

  if (now >= token.expires_at) return refused(expired(token));
  if (token.uses >= token.max_uses)
    return refused(in_the_way ? Refusal{.code = Errc::download_in_progress, .details = {}} : used_up(token));
  forget_finished_claims(token, now);
  token.uses += 1;
  token.claims.push_back({.id = wanted.new_claim, .opened = now, .file = wanted.file, .last_seen = now});
  begin_delivery(token.claims.back(), wanted, now);
  admission.kind = Admission::Kind::opened;
  admission.claim = wanted.new_claim;
  admission.token = std::move(token);
  return admission;
}

std::optional<std::string> admitted_before(const Token& token, const std::string& delivery) {
  for (const Claim& claim : token.claims)
    if (std::ranges::find(claim.active, delivery, &ActiveDelivery::id) != claim.active.end()) return claim.id;
  return std::nullopt;
}

std::optional<Token> checkpoint(const Token& before, const Progress& progress, Time now) {
  Token token = before;
  Claim* claim = find_claim(token, progress.claim);
  if (claim == nullptr) return std::nullopt;
  const auto delivery = std::ranges::find(claim->active, progress.delivery, &ActiveDelivery::id);
  if (delivery == claim->active.end()) return std::nullopt;
  delivery->sent = progress.sent;
  delivery->last_progress = now;
  claim->last_seen = now;
  return token;
}

std::optional<Token> settle(const Token& before, const Progress& progress, Time now) {
  Token token = before;
  Claim* claim = find_claim(token, progress.claim);
  if (claim == nullptr) return std::nullopt;
  const auto active = std::ranges::find(claim->active, progress.delivery, &ActiveDelivery::id);
  const auto lost = std::ranges::find(claim->lost, progress.delivery, &LostDelivery::id);
  if (active != claim->active.end()) {
    claim->active.erase(active);
    account(*claim, progress.ranges, progress.sent, progress.sent, now);
  } else if (lost != claim->lost.end()) {
    const std::uint64_t charged = std::min(lost->sent, progress.sent);
    claim->lost.erase(lost);
    account(*claim, progress.ranges, progress.sent, progress.sent - charged, now);
  } else {
    return std::nullopt;
  }
  claim->last_seen = now;
  return token;
}

}  // namespace claimcheck
