#pragma once

#include <string>
#include <string_view>

namespace claimcheck {

/// HMAC-SHA256, as 32 octets. Source: RFC 2104.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// The same as 64 lower-case hexadecimal digits.
std::string hmac_sha256_hex(std::string_view key, std::string_view message);

/// Octets as lower-case hexadecimal digits, two each.
std::string hexadecimal(std::string_view octets);

}  // namespace claimcheck
