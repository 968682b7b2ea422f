#include "fcgi/privacy_api.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/json_body.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

/// Whom a request is about.
struct Asked {
  std::string address;
  std::int64_t page = 1;
};

Asked parse_asked(const Services& services, const Request& request) {
  require_scope(services, request.bearer, Scope::privacy);
  JsonBody body{request.body};
  Asked asked{.address = sought_address(body.take_text("email").value_or("")), .page = body.take_number("page").value_or(1)};
  body.require_nothing_else();
  return asked;
}

}  // namespace

Answer export_personal_data(const Services& services, const Request& request, Subject&) {
  const Asked asked = parse_asked(services, request);
  const Exported exported = export_person(services.personal, asked.address, asked.page, services.tokens.now());
  return {.reply = json_reply(200, represent(exported).dump()), .delivery = {}};
}

Answer erase_personal_data(const Services& services, const Request& request, Subject&) {
  const Asked asked = parse_asked(services, request);
  const Erased erased = erase_person(services.personal, services.erasure, services.tokens, services.pause, asked.address);
  return {.reply = json_reply(200, represent(erased).dump()), .delivery = {}};
}

}  // namespace claimcheck::fcgi
