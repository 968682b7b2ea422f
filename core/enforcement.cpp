#include "core/enforcement.h"

#include <algorithm>
#include <utility>

namespace claimcheck {
namespace {

constexpr int max_attempts = 12;
constexpr int max_waits = 8;
constexpr std::chrono::milliseconds wait_for_delivery{100};

/// Before attempt 2, 3 …: 1, 2, 4 … at most 32 milliseconds.
std::chrono::milliseconds back_off(int attempt) {
  return std::chrono::milliseconds{1 << std::min(attempt - 1, 5)};
}

Error too_busy() {
  return Error{Errc::unavailable, "others changed the token faster than we could, too many times"};
}

}  // namespace

Admission Enforcement::admit(Token token, const Wanted& wanted) {
  int waits = 0;
  for (int attempt = 1; attempt <= max_attempts;) {
    if (const auto claim = admitted_before(token, wanted.delivery)) {
      Admission admission;
      admission.kind = Admission::Kind::continued;
      admission.claim = *claim;
      admission.token = std::move(token);
      return admission;
    }
    Admission admission = decide(token, wanted, store_.now());
    if (admission.token && store_.replace(*admission.token)) return admission;
    if (admission.token) {
      pause_(back_off(attempt++));
    } else {
      const bool in_the_way =
          admission.kind == Admission::Kind::refused && admission.refusal.code == Errc::download_in_progress;
      if (!in_the_way || waits++ == max_waits) return admission;
      pause_(wait_for_delivery);
    }
    auto again = store_.find(token.id);
    if (!again) throw Error{Errc::invalid_token, "the token was removed while it was being used"};
    token = std::move(*again);
  }
  throw too_busy();
}

std::optional<Token> Enforcement::change(const TokenId& id,
                                         const std::function<std::optional<Token>(const Token&, Time)>& changed) {
  for (int attempt = 1; attempt <= max_attempts; ++attempt) {
    auto token = store_.find(id);
    if (!token) return std::nullopt;
    auto next = changed(*token, store_.now());
    if (!next) return token;
    if (store_.replace(*next)) return next;
    pause_(back_off(attempt));
  }
  throw too_busy();
}

bool Enforcement::checkpoint(const TokenId& id, const Progress& progress) {
  bool active = false;
  change(id, [&](const Token& token, Time now) {
    auto next = claimcheck::checkpoint(token, progress, now);
    active = next.has_value();
    return next;
  });
  return active;
}

void Enforcement::settle(const TokenId& id, const Progress& progress) {
  change(id, [&](const Token& token, Time now) { return claimcheck::settle(token, progress, now); });
}

std::optional<Token> Enforcement::revoke(const TokenId& id) {
  return change(id, [](const Token& token, Time now) -> std::optional<Token> {
    if (token.revoked_at) return std::nullopt;
    Token next = token;
    next.revoked_at = now;
    return next;
  });
}

}  // namespace claimcheck
