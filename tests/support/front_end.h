#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/site.h"

namespace claimcheck::test {

/// The ways in which a web server talks to our worker.
enum class Front {
  apache_fcgid,  ///< mod_fcgid, from .htaccess
  apache_cgi,    ///< mod_cgid, from .htaccess
  apache_proxy,  ///< mod_proxy_fcgi to an own-socket worker
  nginx,         ///< fastcgi_pass to an own-socket worker
};

inline constexpr std::array all_fronts{Front::apache_fcgid, Front::apache_cgi, Front::apache_proxy, Front::nginx};

/// The name as used in test names.
std::string name_of(Front front);

/// A running web server, with the worker it needs; both end with this object.
class FrontEnd {
 public:
  virtual ~FrontEnd() = default;
  /// The server's error log.
  virtual std::string log() const = 0;
};

/// Texts of a server's configuration and what they are to be instead.
using Edits = std::vector<std::pair<std::string, std::string>>;

/// The text with edits made, each where it is found first. Throws if one of them is not found.
std::string edited(std::string text, const Edits& edits);

/// Starts a web server for the site and waits until it accepts connections on site.port().
/// @param edits  to the server's own configuration, to break it
std::unique_ptr<FrontEnd> start(Front front, Site& site, const Edits& edits = {});

/// The lines that `claimcheck site print nginx --docroot … --upstream …` prints, with `workers` in the place of the socket it
/// assumes.
struct NginxLines {
  std::string beside;  ///< the server block
  std::string within;  ///< it
};
/// @param workers  as nginx writes their addresses
NginxLines printed_nginx_lines(const Site& site, const std::vector<std::string>& workers);

/// The lines that `claimcheck site print KIND --docroot …` prints, with the place of the socket it assumes replaced by
/// `address`, which may be anything that the server takes there.
std::string printed_snippet(const Site& site, const std::string& kind, const std::string& address);

}  // namespace claimcheck::test
