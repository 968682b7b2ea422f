#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace claimcheck {

/// The site that links point to.
struct Site {
  std::string url;             ///< "https://example.com", no trailing slash
  std::string prefix = "/dl";  ///< URL path of all our addresses, no trailing slash
  bool public_links = false;   ///< whether /api/public/download/SECRET leads to us too
  bool storage_links = false;  ///< whether /api/storage/… does
  std::string name = "Downloads";
  std::string logo;                          ///< URL path of a picture on this site; may be empty
  std::string color;                         ///< of buttons, "#0b5fad"; empty: the usual one
  std::string renewal_url;                   ///< where a refused visitor can get a new right; may be empty
  std::string fallback_url;                  ///< where the files are while the service is down; may be empty
  std::string support;                       ///< mail address or URL for refused visitors; may be empty
  std::string timezone = "UTC";              ///< "Europe/Berlin": in which mails tell times
  std::string language = "en";               ///< of mails and pages for those who say no other
  std::vector<std::string> trusted_proxies;  ///< addresses whose X-Forwarded-For is believed

  bool operator==(const Site&) const = default;
};

/// The link to hand out: built from the configured address only, never from what a request says.
inline std::string link_to(const Site& site, std::string_view secret) {
  return site.url + site.prefix + "/" + std::string{secret};
}

}  // namespace claimcheck
