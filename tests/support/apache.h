#pragma once

#include <memory>
#include <string>

#include "tests/support/front_end.h"

namespace claimcheck::test {

enum class ApacheKind { fcgid, cgid, proxy_fcgi };

/// Apache with the event MPM and what shared hosts allow: AllowOverride All, FollowSymLinks, Indexes. Its configuration and
/// logs are in the site's folder apache/.
/// @param worker  address of the own-socket worker, for proxy_fcgi
/// @param php     socket of the PHP-FPM that runs .php files; without one they are served as they are
std::unique_ptr<FrontEnd> start_apache(ApacheKind kind, const Site& site, const std::string& worker = {},
                                       const std::string& php = {}, const Edits& edits = {});

}  // namespace claimcheck::test
