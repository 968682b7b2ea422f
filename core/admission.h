#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/claim.h"
#include "core/error.h"
#include "core/progress.h"
#include "core/token.h"

namespace claimcheck {

// What counts as one download. Everything here is pure: values in, values out. core/progress.h goes on with what was admitted;
// core/enforcement.h carries both out on a store; core/claim.h knows what a single claim takes; docs/counting.md tells the same
// to a site's owner.

/// Why a request may not have its bytes.
struct Refusal {
  Errc code = Errc::internal;
  Details details;

  bool operator==(const Refusal&) const = default;
};

/// The refusal as the end of a request.
inline Error to_error(const Refusal& refusal) {
  return Error{refusal.code, {}, refusal.details};
}

/// The decision about one request.
struct Admission {
  enum class Kind { refused, unlimited, continued, opened };
  Kind kind = Kind::refused;
  Refusal refusal;                       ///< if refused
  std::optional<Token> token;            ///< the state to store if continued or opened; revision is still the one read
  std::string claim;                     ///< the claim that takes the bytes; empty if refused or unlimited
  Grounds grounds = Grounds::unlimited;  ///< unless refused
  bool held_up = false;                  ///< a moment later an open claim might have taken it
  std::vector<DeadDelivery> dead;        ///< deliveries that this decision ended, as interrupted
};

/// Why a token that is not active any more opens nothing: token_revoked, token_expired, usage_limit_exceeded.
Refusal over(const Token& token, Time now);

/// Whether the token as such still opens anything, before a file or a range is looked at. Ordered by finality.
/// @return token_revoked, token_expired, or nothing.
std::optional<Refusal> refusal(const Token& token, Time now);

/// Decides whether a request may have its bytes: continue a claim, open one, or refuse
/// (token_revoked, token_expired, download_in_progress, usage_limit_exceeded).
Admission decide(Token token, const Wanted& wanted, Time now);

/// Whether `delivery` is already among the token's active or handed-off ones: an admission whose acknowledgement was lost.
/// @return kind continued or opened, with its claim and grounds
std::optional<Admission> admitted_before(const Token& token, const std::string& delivery);

/// Whether `delivery` was admitted, and ended by somebody else since: its admission must not be made again under that name.
bool given_up_before(const Token& token, const std::string& delivery);

}  // namespace claimcheck
