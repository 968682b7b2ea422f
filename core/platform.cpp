#include "core/platform.h"

#include <utility>

#include "core/ascii.h"

namespace claimcheck {

std::optional<std::string> platform_of(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> beginnings[] = {
      {"mac", "macos"}, {"darwin", "macos"}, {"win", "windows"}, {"linux", "linux"}, {"x11", "linux"}};
  const std::string name = lower(text);
  for (const auto& [beginning, platform] : beginnings)
    if (name.starts_with(beginning)) return std::string{platform};
  return std::nullopt;
}

}  // namespace claimcheck
