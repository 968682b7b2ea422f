#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace claimcheck {

/// A length of time as people write it: "90s", "15m", "24h", "7d", "2w", "1h 30m", or a bare "0"; longer units come first.
/// @return nothing if malformed, negative, or over 100 years of 365.25 days.
std::optional<seconds> parse_duration(std::string_view text);

/// An exact form that parse_duration reads back, in the longest units that fit: "1d", "1h 30m", "45s", "0s"; weeks only if
/// they are whole ("2w", but "10d"). A negative length gets a "-" and is not read back.
std::string format_duration(seconds length);

/// A number of bytes as people write it: "500", "64 KiB", "2 MB", "1.5 GiB". Powers of 1024 with an "i", of 1000 without;
/// case does not matter, and a fraction of a byte is cut off.
/// @return nothing if malformed, negative, or over 2^63 - 1.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// For people: "64 MiB", "1.5 GiB", "999 bytes"; at most one decimal.
std::string format_size(std::uint64_t bytes);

/// A whole number in decimal, such as "42" or "-3", and nothing besides. @return nothing if it is none that 64 bits hold
std::optional<std::int64_t> parse_number(std::string_view text);

/// Bytes per second: a size followed by "/s", e.g. "2 MB/s". @return nothing if malformed.
std::optional<std::uint64_t> parse_rate(std::string_view text);

}  // namespace claimcheck
