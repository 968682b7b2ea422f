#include "core/enforcement.h"

#include <algorithm>
#include <utility>

#include "core/due.h"
#include "core/privacy.h"

namespace claimcheck {
namespace {

constexpr int max_attempts = 12;
constexpr int max_waits = 8;

/// For a delivery that stands in the way: the first time only so long as it takes to store the end of one that is over.
std::chrono::milliseconds wait_for_delivery(int waits) {
  return std::chrono::milliseconds{waits == 0 ? 20 : 100};
}

/// Before attempt 2, 3 …: 1, 2, 4 … at most 32 milliseconds.
std::chrono::milliseconds back_off(int attempt) {
  return std::chrono::milliseconds{1 << std::min(attempt - 1, 5)};
}

Error too_busy() {
  return Error{Errc::unavailable, "others changed the token faster than we could, too many times"};
}

}  // namespace

Admission Enforcement::admit(Token token, const Wanted& wanted) {
  const TokenId id = token.id;
  int waits = 0;
  std::vector<DeadDelivery> dead;  // ended by an attempt whose acknowledgement was lost
  for (int attempt = 1; attempt <= max_attempts;) {
    if (auto admitted = admitted_before(token, wanted.delivery)) {
      admitted->dead = std::move(dead);
      return std::move(*admitted);
    }
    if (given_up_before(token, wanted.delivery)) throw Error{Errc::unavailable, "the store answered too late"};
    Admission admission = decide(std::move(token), wanted, store_.now());
    const bool refused = admission.kind == Admission::Kind::refused;
    // A request that names its claim waits for it rather than cost another use.
    const bool worth_waiting = admission.held_up && (refused || !wanted.named_claim.empty());
    if (worth_waiting && waits < max_waits) {
      pause_(wait_for_delivery(waits++));
    } else {
      if (!admission.token) return admission;
      if (store_.replace_uses(*admission.token)) {
        ++admission.token->revision;
        return admission;
      }
      dead = std::move(admission.dead);
      pause_(back_off(attempt++));
    }
    auto again = store_.find(id);
    if (!again) throw Error{Errc::invalid_token, "the token was removed while it was being used"};
    token = std::move(*again);
  }
  throw too_busy();
}

std::optional<Token> Enforcement::change(const TokenId& id,
                                         const std::function<std::optional<Token>(const Token&, Time)>& changed,
                                         bool (TokenStore::*write)(const Token&)) {
  for (int attempt = 1; attempt <= max_attempts; ++attempt) {
    auto token = store_.find(id);
    if (!token) return std::nullopt;
    auto next = changed(*token, store_.now());
    if (!next) return token;
    if ((store_.*write)(*next)) return next;
    pause_(back_off(attempt));
  }
  throw too_busy();
}

std::vector<std::string> Enforcement::checkpoint(const TokenId& id, std::span<const Progress> progress) {
  const auto token = change(id, [&](const Token& before, Time now) { return claimcheck::checkpoint(before, progress, now); });
  std::vector<std::string> ended;
  for (const Progress& each : progress)
    if (!token || !is_active(*token, each)) ended.push_back(each.delivery);
  return ended;
}

Settled Enforcement::settle(const TokenId& id, const Progress& progress) {
  Settled settled;
  const auto token = change(id, [&](const Token& before, Time now) {
    settled.ours = settled.ours && !is_lost(before, progress);
    return claimcheck::settle(before, progress, now);
  });
  settled.completed = token && has_completed(*token, progress.claim, progress.delivery);
  return settled;
}

bool Enforcement::correct(const TokenId& id, const Progress& progress) {
  bool corrected = false;
  change(id, [&](const Token& token, Time now) {
    auto next = claimcheck::correct(token, progress, now);
    corrected = corrected || next.has_value();
    return next;
  });
  return corrected;
}

Tidied Enforcement::tidy(const TokenId& id) {
  Tidied tidied;
  const auto token = change(id, [&](const Token& before, Time now) -> std::optional<Token> {
    if (tidy_due(before) > now) return std::nullopt;  // or an attempt whose acknowledgement was lost has done it
    tidied.dead.clear();
    Token next = claimcheck::tidy(before, now, tidied.dead);
    tidied.given_back = before.uses - next.uses;
    return next;
  });
  std::erase_if(tidied.dead, [&](const DeadDelivery& each) {
    return token && is_active(*token, {.claim = each.claim, .delivery = each.delivery.id});
  });
  return tidied;
}

void Enforcement::note_told(const TokenId& id, std::span<const std::string> claims) {
  change(id, [&](const Token& token, Time) { return claimcheck::note_told(token, claims); });
}

std::optional<Token> Enforcement::revoke(const TokenId& id) {
  const auto revoked = [](const Token& token, Time now) -> std::optional<Token> {
    if (token.revoked_at) return std::nullopt;
    Token next = token;
    next.revoked_at = now;
    return next;
  };
  return administer(id, revoked);
}

void Enforcement::forget(const TokenId& id, const std::string& address) {
  administer(id, [&](const Token& token, Time) { return without_person(token, address); });
}

std::optional<Token> Enforcement::bind(const TokenId& id, const std::string& to) {
  return administer(id, [&](const Token& token, Time) -> std::optional<Token> {
    if (!token.bound_to.empty()) return std::nullopt;
    Token next = token;
    next.bound_to = to;
    return next;
  });
}

}  // namespace claimcheck
