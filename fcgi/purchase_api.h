#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// The addresses for shops that sell software, /api/downloads/…; docs/recipes/software-sales.md shows the JSON. They throw
// Error{invalid_token} if the configuration has no [purchase] policy.

/// POST generate-token {customer_email, payment_intent_id, platform, user_agent?}: makes the link for a payment, the same one
/// each time; needs a key with scope issue unless browsers may ask. 200 with download_token, expires_at, valid_for_hours,
/// max_downloads.
Answer generate_token(const Services& services, const Request& request, Subject& subject);

/// POST macos, windows, linux {download_token, customer_email}: the address where the file is, for whoever has the token and
/// knows whose it is: of a claim, or a bucket's signed one, whose download counts from then on. 200 with download_url,
/// filename, expires_at, file_size.
Answer fetch_product(const Services& services, const Request& request, Subject& subject);

/// GET stats (scope read): what was downloaded since there are statistics. 200 with total_downloads, downloads_today,
/// unique_customers, platform_breakdown.
Answer show_sales(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
