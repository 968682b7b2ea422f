#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// GET v1/overview (scope read): how it stands with the site at this moment; docs/http.md shows the JSON.
/// Throws Error{unauthorized}, Error{forbidden}, Error{unavailable}.
Answer show_overview(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
