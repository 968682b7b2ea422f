#include "fcgi/cross_origin.h"

#include <algorithm>

namespace claimcheck::fcgi {

void let_pages_read(const PurchaseSettings& purchase, const Request& request, Reply& reply) {
  if (request.surface != Surface::purchase || purchase.origins.empty()) return;
  reply.set("Vary", "Origin");
  if (std::ranges::find(purchase.origins, request.origin) == purchase.origins.end()) return;
  reply.set("Access-Control-Allow-Origin", request.origin);
  if (request.method != Method::options) return;
  reply.set("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  reply.set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key");
  reply.set("Access-Control-Max-Age", "600");
}

}  // namespace claimcheck::fcgi
