#include "htaccess/fetch.h"

#include <fmt/format.h>

#include "core/ascii.h"

namespace claimcheck::htaccess {

std::optional<std::string> WebAnswer::header(std::string_view name) const {
  for (const auto& [each, value] : headers)
    if (lower(each) == lower(name)) return value;
  return std::nullopt;
}

std::string origin_of(const std::string& url) {
  const std::size_t host = url.find("://");
  if (host == std::string::npos) return url;
  return url.substr(0, url.find('/', host + 3));
}

std::string url_encoded(std::string_view path) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string out;
  for (const char c : path) {
    if (plain.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace claimcheck::htaccess
