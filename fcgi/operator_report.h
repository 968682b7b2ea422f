#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// POST v1/doctor: what this worker is, and what reaches it from the web server in front; for `claimcheck doctor`.
/// Its key (scope manage) comes in the body, `{"key":"…"}`: the report is wanted most where Authorization gets lost.
/// With `"storage"`, `"file"`, `"hand_off"` and `"url"` it has the web server send one of the doctor's own test files in a way
/// that need not be the configured one, so that it can be tried before it is.
/// Throws Error{unauthorized}, Error{forbidden}, Error{bad_request}, Error{file_not_found}, Error{unavailable}.
Answer report_to_operator(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
