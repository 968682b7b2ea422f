#include "fcgi/health.h"

#include "fcgi/reply.h"

namespace claimcheck::fcgi {

Answer show_health(const Services&, const Request&, Subject&) {
  return {.reply = json_reply(200, R"({"status":"ok"})")};
}

Answer show_readiness(const Services& services, const Request&, Subject&) {
  services.tokens.list({.limit = 1});
  return {.reply = json_reply(200, R"({"status":"ready"})")};
}

}  // namespace claimcheck::fcgi
