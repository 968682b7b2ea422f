#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// GET metrics: what a Prometheus server collects; scope metrics.
Answer show_metrics(const Services& services, const Request& request, Subject& subject);

}  // namespace claimcheck::fcgi
