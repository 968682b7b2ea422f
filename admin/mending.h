#pragma once

#include "config/config.h"
#include "htaccess/finding.h"
#include "htaccess/premises.h"

namespace claimcheck::admin {

/// Mends what can be mended without harm: our own blocks in .htaccess files, missing migrations, permissions that are too wide
/// for suEXEC, and the way of delivery if another was tried and works. Everything else stays for people.
/// @return what was done, and what was tried in vain
htaccess::Findings mend(const htaccess::Findings& findings, const config::Config& config, const htaccess::Premises& premises);

}  // namespace claimcheck::admin
