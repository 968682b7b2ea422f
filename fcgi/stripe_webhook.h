#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// POST v1/webhooks/stripe: what Stripe tells of payments. A payment that succeeded makes and mails one link, if the
/// configuration says so; one that was refunded or disputed withdraws all links that have it as their fact
/// `payment_intent_id`. The same event again, and events in another order, come to the same. 200 {"received": true}.
/// Throws Error{bad_request} unless Stripe signed it, Error{unavailable}: Stripe sends it again.
Answer take_stripe_event(const Services& services, const Request& request, Subject& subject);

}  // namespace claimcheck::fcgi
