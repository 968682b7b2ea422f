#pragma once

#include <string>

namespace claimcheck::htaccess {

/// Where things are on the site; every URL path starts with "/" and has no trailing slash.
struct Site {
  std::string prefix = "/dl";                      ///< URL prefix of claimcheck's routes
  std::string worker_url = "/claimcheck/claimcheck.fcgi";  ///< URL path of the worker under Apache
  std::string locked_url;                          ///< URL path of the locked directory, for nginx and lighttpd; may be empty
  std::string locked_path;                         ///< file system path of the locked directory
  std::string socket = "/run/claimcheck/claimcheck.sock";  ///< own-socket worker, for nginx, lighttpd, mod_proxy_fcgi
};

/// The whole text between our markers for the .htaccess of a locked directory: 2.4 and 2.2 access rules, a rewrite rule for
/// servers that honour nothing else, no listing, no script execution, opaque types.
/// @param gate  64 characters [A-Za-z0-9]; requests carry it only after the worker's own local redirect
std::string lock_block(const std::string& gate);

/// The rewrite block for the site's root .htaccess.
std::string site_block(const Site& site);

/// The handler block for the directory that holds claimcheck.fcgi: FastCGI under mod_fcgid, else CGI; Authorization passed on.
std::string worker_block(const std::string& gate);

/// A `location` pair for an nginx `server` block.
std::string nginx_snippet(const Site& site);

/// The same for lighttpd.
std::string lighttpd_snippet(const Site& site);

/// ProxyPass lines for a virtual host with mod_proxy_fcgi.
std::string proxy_fcgi_snippet(const Site& site);

}  // namespace claimcheck::htaccess
