#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// The administration of tokens under /v1. Each needs an API key with the scope named; docs/http.md shows the JSON.
// Throw Error{unauthorized}, Error{forbidden}, Error{bad_request}, Error{invalid_token} (no such id), Error{unavailable}.

/// POST v1/tokens (scope issue) issues a token: 201. GET (scope read) lists tokens, newest first: ?limit=&before=.
Answer list_or_issue_tokens(const Services& services, const Request& request, Subject&);

/// GET v1/tokens/ID (scope read): the token with its claims and its latest deliveries.
Answer show_token(const Services& services, const Request& request, Subject&);

/// POST v1/tokens/ID/revoke (scope manage): withdraws it; doing so twice is the same as once.
Answer revoke_token(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
