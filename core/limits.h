#pragma once

#include <cstdint>

#include "core/time.h"

/// What no link may exceed, whatever its policy says.
namespace claimcheck::limits {

inline constexpr std::int64_t most_uses = 1'000'000;
inline constexpr seconds longest_ttl{10LL * 365 * 24 * 3600};

}  // namespace claimcheck::limits
