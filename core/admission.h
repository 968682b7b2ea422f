#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/claim.h"
#include "core/error.h"
#include "core/token.h"

namespace claimcheck {

// What counts as one download. Everything here is pure: values in, values out. core/enforcement.h carries it out on a store;
// core/claim.h knows what a single claim takes; docs/counting.md tells the same to a site's owner.

/// Why a request may not have its bytes.
struct Refusal {
  Errc code = Errc::internal;
  Details details;

  bool operator==(const Refusal&) const = default;
};

/// An active delivery that was found dead or given up, with the claim it belonged to.
struct DeadDelivery {
  std::string claim;
  ActiveDelivery delivery;

  bool operator==(const DeadDelivery&) const = default;
};

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

/// Whether the token as such still opens anything, before a file or a range is looked at. Ordered by finality.
/// @return token_revoked, token_expired, or nothing.
std::optional<Refusal> refusal(const Token& token, Time now);

/// Decides whether a request may have its bytes: continue a claim, open one, or refuse
/// (token_revoked, token_expired, download_in_progress, usage_limit_exceeded).
Admission decide(const Token& token, const Wanted& wanted, Time now);

/// Whether `delivery` is already among the token's active or handed-off ones: an admission whose acknowledgement was lost.
/// @return kind continued or opened, with its claim and grounds
std::optional<Admission> admitted_before(const Token& token, const std::string& delivery);

/// Whether `delivery` was admitted, and ended by somebody else since: its admission must not be made again under that name.
bool given_up_before(const Token& token, const std::string& delivery);

/// How a delivery stands, or ended, as its worker knows it.
struct Progress {
  std::string claim;
  std::string delivery;
  std::vector<Range> ranges;  ///< as admitted
  std::uint64_t sent = 0;     ///< bytes of `ranges` handed over
};

/// Notes how far deliveries have come. One that is not active any more is passed over: see is_active().
/// @return nothing if none of them is active.
std::optional<Token> checkpoint(const Token& token, std::span<const Progress> progress, Time now);

/// Whether a delivery is still its claim's. One that is not has been given up for another: its worker has to cut it.
bool is_active(const Token& token, const Progress& progress);

/// Whether a delivery was ended by somebody else than its worker, by its last checkpoint.
bool is_lost(const Token& token, const Progress& progress);

/// Ends a delivery: what was sent becomes covered and charged; a claim that covers the whole file becomes complete. A
/// delivery that was already taken for dead is charged what its last checkpoint did not tell.
/// @return nothing if it is settled already.
std::optional<Token> settle(const Token& token, const Progress& progress, Time now);

/// Notes what a handed-off delivery has really sent, as the web server's log tells; until then all of it counts as sent.
/// @return nothing if it is not known, or too old to be corrected.
std::optional<Token> correct(const Token& token, const Progress& progress, Time now);

/// Settles dead deliveries and gives unused claims back; decide() begins with it.
/// @param dead  receives the deliveries that were found dead
Token tidy(const Token& token, Time now, std::vector<DeadDelivery>& dead);

/// The claims whose completion is to be told by mail and is not yet; see Rules::notify.
std::vector<Claim> untold(const Token& token);

/// Notes that the completion of these claims is told of. @return nothing if it is noted already.
std::optional<Token> note_told(const Token& token, std::span<const std::string> claims);

/// When the holder of a token is to be warned of its expiry; Time::max() if never.
Time warning_due(const Token& token);

/// When tidy() will next find something to do, or untold() has something, if nothing happens until then; Time::max() if never.
Time tidy_due(const Token& token);

}  // namespace claimcheck
