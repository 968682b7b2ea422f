#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// The administration of tokens under /v1. Each needs an API key with the scope named; docs/http.md shows the JSON.
// Throw Error{unauthorized}, Error{forbidden}, Error{bad_request}, Error{invalid_token} (no such id), Error{unavailable}.

/// POST v1/tokens (scope issue) issues a token: 201; with Idempotency-Key the same one each time. GET (scope read) lists
/// tokens, newest first: ?email=&fact=NAME:VALUE&state=&search=&after=&limit=.
Answer list_or_issue_tokens(const Services& services, const Request& request, Subject&);

/// GET v1/tokens/ID (scope read): the token with its claims and its latest deliveries.
Answer show_token(const Services& services, const Request& request, Subject&);

/// POST v1/tokens/ID/extend (scope manage): adds time or uses.
Answer extend_token(const Services& services, const Request& request, Subject&);

/// POST v1/tokens/ID/regenerate (scope manage): gives it a new secret, and tells it.
Answer regenerate_token(const Services& services, const Request& request, Subject&);

/// POST v1/tokens/ID/revoke (scope manage): withdraws it; doing so twice is the same as once.
Answer revoke_token(const Services& services, const Request& request, Subject&);

/// POST v1/tokens/ID/restore (scope manage): takes its revocation back.
Answer restore_token(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
