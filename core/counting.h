#pragma once

#include <cstddef>
#include <cstdint>

#include "core/time.h"

/// The times and sizes of the rules; docs/counting.md explains them to a site's owner.
namespace claimcheck::counting {

inline constexpr seconds stalled_after{15};     ///< an active delivery that has not moved for so long does not stand in the way
inline constexpr seconds dead_after{55};        ///< … and after so long its worker is taken for dead
inline constexpr seconds retry_window{600};     ///< how long after completion the tail, or the same claim, may be fetched again
inline constexpr seconds give_back_after{600};  ///< a claim that never got a byte is given back after so long
inline constexpr std::uint64_t budget_slack = 1024ULL * 1024;       ///< bytes a claim may cost beyond its retry budget
inline constexpr std::uint64_t tail_at_least = 8ULL * 1024 * 1024;  ///< the tail that network buffers may have swallowed …
inline constexpr std::uint64_t tail_divisor = 20;                   ///< … or this part of the file (5 %), whichever is larger

// A token's row stays small, whatever its holders do.
inline constexpr std::size_t finished_claims_kept = 32;  ///< beyond so many claims, finished ones are forgotten
inline constexpr std::size_t claims_kept = 256;          ///< beyond so many, also idle ones: their holders open another
inline constexpr std::size_t deliveries_at_once = 64;    ///< of one claim
inline constexpr std::size_t lost_kept = 64;             ///< of a claim's dead deliveries, so many are remembered
inline constexpr std::size_t handed_off_kept = 16;       ///< of a claim's handed-off deliveries, so many may be corrected
inline constexpr std::size_t intervals_kept = 1024;      ///< of what a claim has covered

}  // namespace claimcheck::counting
