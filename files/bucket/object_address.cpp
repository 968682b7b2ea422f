#include "files/bucket/object_address.h"

#include <fmt/format.h>

#include "core/percent_encoding.h"

namespace claimcheck::files {

ObjectAddress object_address(std::string_view endpoint, std::string_view bucket, std::string_view key, UrlStyle style) {
  constexpr std::string_view separator = "://";
  const std::size_t end = endpoint.find(separator);
  ObjectAddress address{.scheme = std::string{endpoint.substr(0, end)},
                        .authority = std::string{endpoint.substr(end + separator.size())},
                        .path = {}};
  if (style == UrlStyle::path) address.path = "/" + percent_encoded(bucket);
  if (style == UrlStyle::virtual_host) address.authority = fmt::format("{}.{}", bucket, address.authority);
  if (!key.empty() || address.path.empty()) address.path += "/" + percent_encoded_path(key);
  return address;
}

std::string host_field(const ObjectAddress& address) {
  const std::string_view standard = address.scheme == "https" ? ":443" : ":80";
  std::string_view host = address.authority;
  if (host.ends_with(standard)) host.remove_suffix(standard.size());
  return std::string{host};
}

}  // namespace claimcheck::files
