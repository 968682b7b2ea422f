#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// GET v1/policies (scope issue): by which policies links can be made, and what they give; docs/http.md shows the JSON.
/// Throws Error{unauthorized}, Error{forbidden}, Error{unavailable}.
Answer list_policies(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
