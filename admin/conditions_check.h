#pragma once

#include "config/config.h"
#include "core/storage.h"
#include "htaccess/finding.h"

namespace claimcheck::admin {

/// Whether what links depend on besides their tokens can be asked: the country database, the databases of checks of kind sql,
/// and buckets. Payments and hooks are not asked: that could do something.
htaccess::Findings check_conditions(const config::Config& config, const Storages& storages);

}  // namespace claimcheck::admin
