#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/claim.h"
#include "core/token.h"

namespace claimcheck {

// What becomes of deliveries that were admitted, and of their tokens with them. Pure, as core/admission.h is.

/// An active delivery that was found dead or given up, with the claim it belonged to.
struct DeadDelivery {
  std::string claim;
  ActiveDelivery delivery;
  bool completed = false;  ///< what it had sent by its last checkpoint made the claim complete

  bool operator==(const DeadDelivery&) const = default;
};

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

/// Whether this is the delivery that made its claim complete.
bool has_completed(const Token& token, const std::string& claim, const std::string& delivery);

/// Whether a delivery was ended by somebody else than its worker, by its last checkpoint.
bool is_lost(const Token& token, const Progress& progress);

/// Ends a delivery: what was sent becomes covered and charged; a claim that covers the whole file becomes complete. A
/// delivery that was already taken for dead is charged what its last checkpoint did not tell.
/// @return nothing if it is settled already.
std::optional<Token> settle(Token token, const Progress& progress, Time now);

/// Notes what a handed-off delivery has really sent, as the web server's log tells; until then all of it counts as sent.
/// @return nothing if it is not known, or too old to be corrected.
std::optional<Token> correct(const Token& token, const Progress& progress, Time now);

/// Settles dead deliveries and gives unused claims back; decide() of core/admission.h begins with it.
/// @param dead  receives the deliveries that were found dead
Token tidy(Token token, Time now, std::vector<DeadDelivery>& dead);

/// Ends the deliveries of a claim that stand still, by their last checkpoints, for one that takes over.
/// @param dead  receives them
void give_up_standing_still(Claim& claim, Time now, std::vector<DeadDelivery>& dead);

}  // namespace claimcheck
