#include "core/token.h"

namespace claimcheck {

TokenState state_of(const Token& token, Time now) {
  if (token.revoked_at) return TokenState::revoked;
  if (now >= token.expires_at) return TokenState::expired;
  if (token.max_uses > 0 && token.uses >= token.max_uses) return TokenState::used_up;
  return TokenState::active;
}

const char* to_string(TokenState state) {
  switch (state) {
    case TokenState::active:
      return "active";
    case TokenState::used_up:
      return "used_up";
    case TokenState::expired:
      return "expired";
    case TokenState::revoked:
      return "revoked";
  }
  return "";
}

std::optional<TokenState> parse_token_state(std::string_view word) {
  for (const TokenState state : {TokenState::active, TokenState::used_up, TokenState::expired, TokenState::revoked})
    if (word == to_string(state)) return state;
  return std::nullopt;
}

}  // namespace claimcheck
