#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// POST v1/files/validate: judges a ZIP package in a storage; scope issue. The body has file, and may have storage, size,
/// contains and sha256. The verdict is a 200, whatever it says. Throws Error{unauthorized}, Error{forbidden},
/// Error{bad_request} (with `details.field`; also for a file that is too large to be looked into while a request waits),
/// Error{unavailable}.
Answer validate_file(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
