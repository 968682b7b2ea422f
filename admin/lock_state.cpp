#include "admin/lock_state.h"

#include <algorithm>

namespace claimcheck::admin {

using htaccess::Finding;
using htaccess::State;

LockState lock_state_of(const htaccess::Findings& findings) {
  const auto is_leak = [](const Finding& each) { return each.state == State::leak; };
  if (std::ranges::any_of(findings, is_leak)) return LockState::leak;
  const auto is_unknown = [](const Finding& each) { return each.check == "lock" && each.state == State::unverified; };
  if (std::ranges::any_of(findings, is_unknown)) return LockState::unverified;
  return LockState::locked;
}

}  // namespace claimcheck::admin
