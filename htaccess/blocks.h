#pragma once

#include <string>
#include <string_view>

#include "htaccess/site.h"

namespace claimcheck::htaccess {

/// What follows "# BEGIN " and "# END " around each block. None is the beginning of another, because WordPress and others
/// look for markers as parts of lines.
inline constexpr std::string_view lock_name = "claimcheck-lock";
inline constexpr std::string_view site_name = "claimcheck-site";
inline constexpr std::string_view worker_name = "claimcheck-worker";

/// The whole text between our markers for the .htaccess of a locked directory: 2.4 and 2.2 access rules, a rewrite rule for
/// servers that honour nothing else, no listing, no script execution, opaque types.
/// @param gate  64 characters [A-Za-z0-9], else Error{bad_request}; requests carry it only after the worker's own local
/// redirect
std::string lock_block(const std::string& gate);

/// The rewrite block for the .htaccess of the site's root, or of the folder `folder_url`, beneath which the prefix must lie
/// then. Throws Error{bad_request} if a part of `site` has characters that would mean something else in a server's
/// configuration.
std::string site_block(const Site& site);

/// A cgi-bin runs programs already, and hosts often forbid `Options` there, which would make the whole folder answer 500.
enum class WorkerFolder { ordinary, cgi_bin };

/// The handler block for the directory that holds claimcheck.fcgi: FastCGI under mod_fcgid, else CGI; Authorization passed on;
/// configuration, databases and logs that lie beside the worker are not served.
std::string worker_block(const std::string& gate, WorkerFolder folder = WorkerFolder::ordinary);

}  // namespace claimcheck::htaccess
