#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// The administration of API keys under /v1; docs/http.md shows the JSON.
// Throw Error{unauthorized}, Error{forbidden}, Error{bad_request}, Error{invalid_token} (no such id), Error{unavailable}.

/// GET v1/key (any key): what the key is that asks.
Answer show_own_key(const Services& services, const Request& request, Subject&);

/// GET v1/keys (scope manage) lists all keys, oldest first. POST makes one: 201 with its text, which is shown only then. Nobody
/// can grant what his own key may not do.
Answer list_or_add_keys(const Services& services, const Request& request, Subject&);

/// POST v1/keys/ID/revoke (scope manage): withdraws it; doing so twice is the same as once.
Answer revoke_key(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
