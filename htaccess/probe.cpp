#include "htaccess/probe.h"

#include <nlohmann/json.hpp>

namespace claimcheck::htaccess {
namespace {

using Json = nlohmann::json;

std::string text(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string{};
}

}  // namespace

std::optional<WorkerReport> parse_report(const std::string& json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object() || text(object, "program") != "claimcheck") return std::nullopt;
  WorkerReport report{.version = text(object, "version"),
                      .mode = text(object, "mode"),
                      .server = text(object, "server"),
                      .gate_digest = text(object, "gate_digest")};
  if (const auto ways = object.find("hand_offs"); ways != object.end() && ways->is_array())
    for (const Json& way : *ways)
      if (way.is_string()) report.hand_offs.push_back(way);
  if (const auto storages = object.find("deliveries"); storages != object.end() && storages->is_object())
    for (const auto& [name, way] : storages->items())
      if (way.is_string()) report.deliveries[name] = way;
  return report;
}

std::optional<WorkerReport> ask_worker(const Premises& premises, const std::string& key, const Fetch& fetch) {
  const WebAnswer answer = fetch({.method = "POST",
                                  .url = premises.address("v1/doctor"),
                                  .headers = {{"Content-Type", "application/json"}},
                                  .body = Json{{"key", key}}.dump()});
  if (answer.status != 200) return std::nullopt;
  return parse_report(answer.body);
}

}  // namespace claimcheck::htaccess
