#include "fcgi/openapi.h"

#include <nlohmann/json.hpp>

#include "core/representation.h"
#include "fcgi/embedded_file.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

/// The paths of the description with this site's prefix in place of the usual one.
Json with_prefix(const Json& paths, const std::string& prefix) {
  constexpr std::string_view usual = "/dl/";
  Json result = Json::object();
  for (const auto& [path, operations] : paths.items())
    result[path.starts_with(usual) ? prefix + "/" + path.substr(usual.size()) : path] = operations;
  return result;
}

}  // namespace

Answer show_openapi(const Services& services, const Request&, Subject&) {
  Json description = Json::parse(embedded_file("openapi.json"));
  description["paths"] = with_prefix(description["paths"], services.site.prefix);
  description["servers"] = Json::array({{{"url", services.site.url}}});
  description["info"]["version"] = services.self.version;
  return {.reply = json_reply(200, description.dump())};
}

}  // namespace claimcheck::fcgi
