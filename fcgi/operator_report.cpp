#include "fcgi/operator_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/file_path.h"
#include "fcgi/api_key.h"
#include "fcgi/file_reply.h"
#include "fcgi/hand_off.h"
#include "fcgi/json_body.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

using Json = nlohmann::ordered_json;

/// Of the files that the doctor makes; no other is given away here.
constexpr std::string_view canary_name = "claimcheck-canary-";

Reply report(const Services& services, const Request& request) {
  const FrontEnd& front = request.front_end;
  Json announced = Json::array(), deliveries = Json::object();
  for (const HandOff each : request.hand_offs) announced.push_back(to_string(each));
  for (const auto& [name, place] : services.places) deliveries[name] = to_string(place.hand_off);
  const Json shown{
      {"program", "claimcheck"},
      {"version", services.self.version},
      {"mode", services.self.mode},
      {"server", front.software},
      {"hand_offs", std::move(announced)},
      {"deliveries", std::move(deliveries)},
      {"gate_digest", front.gate.empty() ? std::string{} : Digest::of(front.gate).hex()},
  };
  return json_reply(200, shown.dump());
}

/// A test file, sent by the web server.
Reply trial(const Services& services, const Request& request, const std::string& file, JsonBody& body) {
  const std::string storage = body.take_text("storage").value_or("");
  const auto means = parse_hand_off(body.take_text("hand_off").value_or(""));
  const auto url = body.take_text("url");
  body.require_nothing_else();
  const auto place = services.places.find(storage);
  if (place == services.places.end()) throw bad_value("storage", "There is no storage of that name.");
  if (!is_file_path(file) || !last_segment(file).starts_with(canary_name)) throw bad_value("file", "This is no test file.");
  const bool announced = means && std::ranges::find(request.hand_offs, *means) != request.hand_offs.end();
  if (!announced || *means == HandOff::none) throw bad_value("hand_off", "The web server does not announce that.");
  StorageSettings settings = place->second;
  if (url) settings.url = *url;
  const Token token{.digest = Digest::of(file), .filename = std::string{last_segment(file)}};
  Reply reply = file_reply(token, services.storages.at(storage)->open(file, ServedAs::stored), {}, services.random);
  hand_off(reply, *means, settings, file, 0);
  return reply;
}

}  // namespace

Answer report_to_operator(const Services& services, const Request& request, Subject&) {
  JsonBody body{request.body};
  require_scope(services, body.take_text("key").value_or(""), Scope::manage);
  if (const auto file = body.take_text("file")) return {.reply = trial(services, request, *file, body), .delivery = {}};
  body.require_nothing_else();
  return {.reply = report(services, request), .delivery = {}};
}

}  // namespace claimcheck::fcgi
