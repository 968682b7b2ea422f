#pragma once

#include "core/token.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// What must hold beside the token's own rules whenever somebody opens a link, also in the middle of a download.

/// Throws Error{rate_limited} if the link was opened too often in the last minute.
void require_pace(const Services& services, const Token& token);

/// Throws Error{address_not_allowed} or Error{country_not_allowed} if the client may not use the link from where it is, what
/// the token's checks refuse with, and Error{unavailable} if somebody who has to be asked cannot be.
void require_access(const Services& services, const Request& request, const Token& token);

/// Binds a token that is not bound yet to where this request comes from, if its rules say so.
/// @return the token as it is then. Throws Error{address_not_allowed} if another was faster, Error{unavailable}.
Token bound(const Services& services, const Request& request, Token token);

/// Counts an error that only guessing leads to: a link that leads nowhere, a key that is none. The secret that was guessed is
/// never logged.
/// @return the error, or rate_limited if there were too many from the client's network
Error counted_guess(const Services& services, const Request& request, const Error& error);

}  // namespace claimcheck::fcgi
