#pragma once

#include <vector>

#include "config/config.h"
#include "htaccess/install.h"
#include "htaccess/premises.h"

namespace claimcheck::admin {

/// Leads the download addresses to the worker: the handler block in the worker's folder, then the rewrite block in the one for
/// rules. Of `premises` it needs prefix, docroot, rules and worker.
/// Throws Error{bad_request}, before anything is written, if the rules lie outside the document root or the site cannot be
/// described to a web server; and like htaccess::install_site and install_worker.
std::vector<htaccess::FileChange> install_route(const config::Config& config, const htaccess::Premises& premises);

}  // namespace claimcheck::admin
