#pragma once

#include <string>
#include <string_view>

namespace claimcheck::htaccess {

/// What follows "# BEGIN " and "# END " around each block. None is the beginning of another, because WordPress and others
/// look for markers as parts of lines.
inline constexpr std::string_view lock_name = "claimcheck-lock";
inline constexpr std::string_view site_name = "claimcheck-site";
inline constexpr std::string_view worker_name = "claimcheck-worker";

/// Where things are on the site; every URL path starts with "/" and has no trailing slash.
struct Site {
  std::string prefix = "/dl";                              ///< URL prefix of claimcheck's routes
  std::string worker_url = "/claimcheck/claimcheck.fcgi";  ///< URL path of the worker under Apache
  std::string folder_url;   ///< URL path of the folder whose .htaccess leads to the worker; empty: the document root
  std::string locked_url;   ///< URL path of the locked directory, for nginx and lighttpd; may be empty
  std::string locked_path;  ///< file system path of the locked directory
  std::string socket = "/run/claimcheck/claimcheck.sock";  ///< own-socket worker, for nginx, lighttpd, mod_proxy_fcgi
};

/// The whole text between our markers for the .htaccess of a locked directory: 2.4 and 2.2 access rules, a rewrite rule for
/// servers that honour nothing else, no listing, no script execution, opaque types.
/// @param gate  64 characters [A-Za-z0-9], else Error{bad_request}; requests carry it only after the worker's own local
/// redirect
std::string lock_block(const std::string& gate);

/// The rewrite block for the .htaccess of the site's root, or of the folder `folder_url`, beneath which the prefix must lie
/// then. This and the snippets below throw Error{bad_request} if a part of `site` has characters that would mean something
/// else in a server's configuration.
std::string site_block(const Site& site);

/// A cgi-bin runs programs already, and hosts often forbid `Options` there, which would make the whole folder answer 500.
enum class WorkerFolder { ordinary, cgi_bin };

/// The handler block for the directory that holds claimcheck.fcgi: FastCGI under mod_fcgid, else CGI; Authorization passed on;
/// configuration, databases and logs that lie beside the worker are not served.
std::string worker_block(const std::string& gate, WorkerFolder folder = WorkerFolder::ordinary);

/// A `location` pair for an nginx `server` block.
std::string nginx_snippet(const Site& site);

/// The same for lighttpd.
std::string lighttpd_snippet(const Site& site);

/// ProxyPass lines for a virtual host with mod_proxy_fcgi.
std::string proxy_fcgi_snippet(const Site& site);

}  // namespace claimcheck::htaccess
