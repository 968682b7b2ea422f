#pragma once

#include <string>

#include "htaccess/site.h"

namespace claimcheck::htaccess {

// Lines to paste into the configuration of a web server. Each throws Error{bad_request} if a part of `site` has characters that
// would mean something else there.

/// A `location` pair for an nginx `server` block; after the `upstream` block for beside it, if one was named.
std::string nginx_snippet(const Site& site);

/// The same for lighttpd.
std::string lighttpd_snippet(const Site& site);

/// ProxyPass lines for a virtual host with mod_proxy_fcgi.
std::string proxy_fcgi_snippet(const Site& site);

}  // namespace claimcheck::htaccess
