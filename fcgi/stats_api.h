#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// GET v1/stats[?days=30]: what there is to tell of the last so many UTC days; scope read.
Answer show_statistics(const Services& services, const Request& request, Subject& subject);

}  // namespace claimcheck::fcgi
