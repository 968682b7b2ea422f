#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claimcheck {

/// The signs that stand for themselves anywhere in a URL, beside letters and digits. Source: RFC 3986 section 2.3.
inline constexpr std::string_view unreserved_signs = "-._~";

/// Writes every octet as "%2F" that is no US-ASCII letter, no digit and none of `kept`. Never throws.
/// Source: RFC 3986 section 2.1.
std::string percent_encoded(std::string_view text, std::string_view kept = unreserved_signs);

/// The same for a "/"-separated path, whose slashes stay.
std::string percent_encoded_path(std::string_view path);

/// Undoes percent-encoding once; "+" stays what it is. @return nothing if an escape is malformed.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace claimcheck
