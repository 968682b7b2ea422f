#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// GET, HEAD SECRET: the file, its landing page, or (Accept: application/json) the token's public state.
/// POST SECRET: the landing page's button; opens or finds a claim and answers 303 to the claim's address.
Answer open_link(const Services& services, const Request& request, Subject& subject);

/// GET, HEAD SECRET/CLAIM/NAME: the file, by that claim.
Answer open_claim(const Services& services, const Request& request, Subject& subject);

}  // namespace claimcheck::fcgi
