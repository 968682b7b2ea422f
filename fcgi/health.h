#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// GET healthz: this process answers.
Answer show_health(const Services& services, const Request& request, Subject&);

/// GET readyz: the database answers a read of a real table. Throws Error{unavailable}.
Answer show_readiness(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
