#pragma once

#include <string>
#include <vector>

namespace claimcheck::htaccess {

/// Where things are on the site; every URL path starts with "/" and has no trailing slash.
struct Site {
  std::string prefix = "/dl";            ///< URL prefix of claimcheck's routes
  std::vector<std::string> beside = {};  ///< other URL paths that lead to the worker, such as "/api/downloads"
  std::string worker_url = "/claimcheck/claimcheck.fcgi";  ///< URL path of the worker under Apache
  std::string folder_url;   ///< URL path of the folder whose .htaccess leads to the worker; empty: the document root
  std::string locked_url;   ///< URL path of the locked directory, for nginx and lighttpd; may be empty
  std::string locked_path;  ///< file system path of the locked directory
  std::string socket = "/run/claimcheck/claimcheck.sock";  ///< own-socket worker, for nginx, lighttpd, mod_proxy_fcgi
  std::string upstream = {};  ///< what nginx is to call the group of workers it keeps connections to; empty: it keeps none
};

}  // namespace claimcheck::htaccess
