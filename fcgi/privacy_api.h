#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// What WordPress's privacy tools ask of a plugin, under /v1. The body is {"email": "…", "page": 1}; page may be absent. Each
// needs an API key with the scope privacy. Throw Error{unauthorized}, Error{forbidden}, Error{bad_request} (with
// `details.field`), Error{unavailable}.

/// POST v1/privacy/export: a page of what is known about a person.
Answer export_personal_data(const Services& services, const Request& request, Subject&);

/// POST v1/privacy/erase: forgets a person, a hundred links a call; the number of the page changes nothing.
Answer erase_personal_data(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
