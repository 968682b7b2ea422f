#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// POST v1/doctor: what this worker is, and what reaches it from the web server in front; for `claimcheck doctor`.
/// Its key (scope manage) comes in the body, `{"key":"…"}`: the report is wanted most where Authorization gets lost.
/// Throws Error{unauthorized}, Error{forbidden}, Error{bad_request}, Error{unavailable}.
Answer report_to_operator(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
