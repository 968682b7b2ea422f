#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claimcheck {

/// The fact that names the platform which a token's file is for.
inline constexpr const char* platform_fact = "platform";

/// The platform that a browser names (navigator.platform: "MacIntel", "Win32", "Linux x86_64"), or that somebody writes:
/// "macos", "windows" or "linux". @return nothing for others
std::optional<std::string> platform_of(std::string_view text);

}  // namespace claimcheck
