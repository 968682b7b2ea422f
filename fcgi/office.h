#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// The office: what an operator sees in a browser. It is one page and its script, the same for everybody; what there is to know
// the script asks under /v1, with the API key that the operator types. docs/office.md shows it.

/// GET admin: the page.
Answer show_office(const Services& services, const Request& request, Subject&);

/// GET assets/NAME: the page's style or script, under a name that changes with what is in it, so that it may be kept for ever.
/// Throws Error{invalid_token} for any other name.
Answer show_office_asset(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
