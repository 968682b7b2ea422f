#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time.h"

namespace claimcheck {

// How it stands with the site at this moment, for its operator.

/// How many live tokens are counted, so that an overview costs the same on every site.
inline constexpr std::int64_t most_live_counted = 50'000;

/// Tokens that open something: not revoked, not expired, not used up.
struct LiveTokens {
  std::int64_t all = 0;       ///< at most `most_live_counted`
  std::int64_t expiring = 0;  ///< those of them that expire by some moment

  bool operator==(const LiveTokens&) const = default;
};

/// Whether files of locked folders can be had without a link.
enum class LockState {
  locked,
  leak,
  unverified,  ///< it could not be found out
};

/// "locked", "LEAK" or "unverified".
const char* to_string(LockState state);
/// @return nothing if `word` names no state.
std::optional<LockState> parse_lock_state(std::string_view word);

/// What `claimcheck doctor` found of the lock, of all folders together.
struct LockExamination {
  LockState state = LockState::unverified;
  Time at;

  bool operator==(const LockExamination&) const = default;
};

/// Tells what an operator sees first. One object belongs to one thread. Methods may throw Error{unavailable}.
class Overview {
 public:
  virtual ~Overview() = default;
  /// The tokens that are live at `now`, and how many of them expire at `expiring_by` or before.
  virtual LiveTokens live_tokens(Time now, Time expiring_by) = 0;
  /// What the doctor found last; nothing if it never ran.
  virtual std::optional<LockExamination> lock() = 0;
};

}  // namespace claimcheck
