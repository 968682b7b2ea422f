#include "fcgi/operator_report.h"

#include <nlohmann/json.hpp>

#include "fcgi/api_key.h"
#include "fcgi/json_body.h"
#include "fcgi/pages.h"

namespace claimcheck::fcgi {

Answer report_to_operator(const Services& services, const Request& request, Subject&) {
  JsonBody body{request.body};
  const std::string key = body.take_text("key").value_or("");
  body.require_nothing_else();
  require_scope(services, key, Scope::manage);
  const FrontEnd& front = request.front_end;
  const nlohmann::ordered_json report{
      {"program", "claimcheck"},
      {"version", services.self.version},
      {"mode", services.self.mode},
      {"server", front.software},
      {"gate_digest", front.gate.empty() ? std::string{} : Digest::of(front.gate).hex()},
  };
  return {.reply = json_reply(200, report.dump())};
}

}  // namespace claimcheck::fcgi
