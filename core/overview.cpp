#include "core/overview.h"

namespace claimcheck {

const char* to_string(LockState state) {
  switch (state) {
    case LockState::locked:
      return "locked";
    case LockState::leak:
      return "LEAK";
    case LockState::unverified:
      return "unverified";
  }
  return "";
}

std::optional<LockState> parse_lock_state(std::string_view word) {
  for (const LockState state : {LockState::locked, LockState::leak, LockState::unverified})
    if (word == to_string(state)) return state;
  return std::nullopt;
}

}  // namespace claimcheck
