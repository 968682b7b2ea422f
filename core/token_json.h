#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/token.h"

namespace claimcheck {

/// Claims as the JSON text of their column: compact, keys in a fixed order, numbers exact to 64 bits.
std::string encode_claims(const std::vector<Claim>& claims);
/// Reads back encode_claims; members that an older version did not write keep their defaults. Throws Error{internal} if the
/// text is not of that shape.
std::vector<Claim> decode_claims(std::string_view text);

/// Rules as the JSON text of their column.
std::string encode_rules(const Rules& rules);
/// Reads back encode_rules; members that an older version did not write keep their defaults. Throws Error{internal}.
Rules decode_rules(std::string_view text);

}  // namespace claimcheck
