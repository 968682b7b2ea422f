#include "fcgi/cleanup_api.h"

#include <nlohmann/json.hpp>

#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/json_body.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {

Answer clean_up(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::manage);
  JsonBody body{request.body.empty() ? "{}" : request.body};
  const RunMode mode = body.take_flag("dry_run").value_or(false) ? RunMode::dry_run : RunMode::real;
  body.require_nothing_else();
  const CleanupReport report = services.clean_up(mode);
  Json counts = Json::object();
  for (const auto& [name, number] : report.counts) counts[name] = number;
  return {
      .reply = json_reply(
          200, Json{{"dry_run", mode == RunMode::dry_run}, {"counts", std::move(counts)}, {"faults", report.faults}}.dump())};
}

}  // namespace claimcheck::fcgi
