#include "htaccess/fetch.h"

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

}  // namespace claimcheck::htaccess
