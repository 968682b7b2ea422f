#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/delivery_log.h"
#include "core/error.h"
#include "core/token.h"

namespace claimcheck {

// What counts as one download. Everything here is pure: values in, values out. core/enforcement.h carries it out on a store.

/// The times and sizes of the rules; docs/counting.md explains them to a site's owner.
namespace counting {
inline constexpr seconds stalled_after{15};     ///< an active delivery that has not moved for so long does not stand in the way
inline constexpr seconds dead_after{55};        ///< … and after so long its worker is taken for dead
inline constexpr seconds retry_window{600};     ///< how long after completion the tail, or the same claim, may be fetched again
inline constexpr seconds give_back_after{600};  ///< a claim that never got a byte is given back after so long
inline constexpr std::uint64_t budget_slack = 1024ULL * 1024;       ///< bytes a claim may cost beyond its retry budget
inline constexpr std::uint64_t tail_at_least = 8ULL * 1024 * 1024;  ///< the tail that network buffers may have swallowed …
inline constexpr std::uint64_t tail_divisor = 20;                   ///< … or this part of the file (5 %), whichever is larger
inline constexpr std::size_t claims_kept = 32;                      ///< beyond so many, finished claims are forgotten
inline constexpr std::size_t lost_kept = 16;                        ///< of a claim's dead deliveries, so many are remembered
}  // namespace counting

/// Why a request may not have its bytes.
struct Refusal {
  Errc code = Errc::internal;
  Details details;

  bool operator==(const Refusal&) const = default;
};

/// What one request asks of a token.
struct Wanted {
  std::string delivery;       ///< our name for the response that would carry the bytes
  std::vector<Range> ranges;  ///< the bytes it would carry; empty: only a claim is wanted (the landing page's button)
  FileVersion file;           ///< of the file as it is now
  std::string named_claim;    ///< the claim in the URL; empty if there is none
  std::string new_claim;      ///< the name of a claim, should one be opened
  std::string network;        ///< the client's network, anonymised
};

/// An active delivery that was found dead, with the claim it belonged to.
struct DeadDelivery {
  std::string claim;
  ActiveDelivery delivery;

  bool operator==(const DeadDelivery&) const = default;
};

/// The decision about one request.
struct Admission {
  enum class Kind { refused, unlimited, continued, opened };
  Kind kind = Kind::refused;
  Refusal refusal;                 ///< if refused
  std::optional<Token> token;      ///< the state to store if continued or opened; revision is still the one read
  std::string claim;               ///< the claim that takes the bytes; empty if refused or unlimited
  std::vector<DeadDelivery> dead;  ///< deliveries that this decision settled as interrupted
};

/// Whether the token as such still opens anything, before a file or a range is looked at. Ordered by finality.
/// @return token_revoked, token_expired, or nothing.
std::optional<Refusal> refusal(const Token& token, Time now);

/// Decides whether a request may have its bytes: continue a claim, open one, or refuse
/// (token_revoked, token_expired, download_in_progress, usage_limit_exceeded).
Admission decide(const Token& token, const Wanted& wanted, Time now);

/// Whether `delivery` is already among the token's active ones: an admission whose acknowledgement was lost.
/// @return the claim it belongs to.
std::optional<std::string> admitted_before(const Token& token, const std::string& delivery);

/// How a delivery stands, or ended, as its worker knows it.
struct Progress {
  std::string claim;
  std::string delivery;
  std::vector<Range> ranges;  ///< as admitted
  std::uint64_t sent = 0;     ///< bytes of `ranges` handed over
};

/// Notes how far a delivery has come. @return nothing if it is not active any more.
std::optional<Token> checkpoint(const Token& token, const Progress& progress, Time now);

/// Ends a delivery: what was sent becomes covered and charged; a claim that covers the whole file becomes complete. A
/// delivery that was already taken for dead is charged what its last checkpoint did not tell.
/// @return nothing if it is settled already.
std::optional<Token> settle(const Token& token, const Progress& progress, Time now);

/// Settles dead deliveries and gives unused claims back; decide() begins with it.
/// @param dead  receives the deliveries that were found dead
Token tidy(const Token& token, Time now, std::vector<DeadDelivery>& dead);

/// The most bytes a claim may hand over for a file of `size` bytes.
std::uint64_t budget(std::uint64_t size, const Rules& rules);

}  // namespace claimcheck
