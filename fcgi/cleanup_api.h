#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// POST v1/cleanup (scope manage): does what claimcheck-cron does about what is over, or with {"dry_run": true} says what that
/// would be. 200 {"dry_run", "counts", "faults"}. Throws Error{unavailable} if the cron is at it at this moment.
Answer clean_up(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
