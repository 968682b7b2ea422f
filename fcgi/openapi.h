#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// GET openapi.json: the description of all addresses (OpenAPI 3.1), with this site's as the server.
Answer show_openapi(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
