#pragma once

#include "core/settings.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"

namespace claimcheck::fcgi {

/// Lets pages of the shop's own sites call the purchase addresses, and nobody else's pages. Source: the Fetch standard, CORS
/// protocol.
void let_pages_read(const PurchaseSettings& purchase, const Request& request, Reply& reply);

}  // namespace claimcheck::fcgi
