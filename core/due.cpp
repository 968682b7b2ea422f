#include "core/due.h"

#include <algorithm>
#include <iterator>

#include "core/claim.h"

namespace claimcheck {

bool is_untold(const Token& token, const Claim& claim) {
  const bool wanted = token.rules.notify == Notify::support || (token.rules.notify == Notify::customer && !token.email.empty());
  return wanted && claim.completed && !claim.told;
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
