#include "fcgi/key_api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/json_body.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

Reply list_keys(const Services& services) {
  Json keys = Json::array();
  for (const ApiKey& key : services.keys.list()) keys.push_back(represent(key));
  return json_reply(200, Json{{"keys", std::move(keys)}}.dump());
}

/// Of a storage that is not there nobody is told so who has no scope for it.
void require_own_scopes(const ApiKey& key, const ApiKey& caller, const Storages& storages) {
  if (const auto beyond = scopes_beyond(key, caller); !beyond.empty())
    throw Error{Errc::forbidden, {}, {{"scope", fmt::format("{}", fmt::join(beyond, " "))}}};
  for (const std::string& storage : key.storages)
    if (!storages.contains(storage)) throw bad_value("scopes", "There is no storage " + storage + ".");
}

Reply add_key(const Services& services, const Request& request, const ApiKey& caller) {
  JsonBody body{request.body};
  const std::string name = body.take_text("name").value_or("");
  const std::vector<std::string> scopes = body.take_list("scopes");
  body.require_nothing_else();
  const NewKey made = make_key(name, scopes, services.tokens.now(), services.random);
  require_own_scopes(made.key, caller, services.storages);
  if (!services.keys.add(made.key)) throw Error{Errc::internal, "a new key's id or digest exists already"};
  Json shown = represent(made.key);
  shown["key"] = made.text.reveal();
  return json_reply(201, shown.dump());
}

}  // namespace

Answer show_own_key(const Services& services, const Request& request, Subject&) {
  Json shown = represent(live_key(services, request.bearer));
  shown.erase("revoked_at");
  return {.reply = json_reply(200, shown.dump())};
}

Answer list_or_add_keys(const Services& services, const Request& request, Subject&) {
  const ApiKey caller = require_scope(services, request.bearer, Scope::manage);
  return {.reply = request.method == Method::post ? add_key(services, request, caller) : list_keys(services)};
}

Answer revoke_key(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::manage);
  const std::string& id = request.path[2];
  if (!is_uuid(id)) throw Error{Errc::invalid_token, "not the form of a key's id"};
  services.keys.revoke(id, services.tokens.now());
  const auto key = services.keys.find(id);
  if (!key) throw Error{Errc::invalid_token, "no key has this id"};
  return {.reply = json_reply(200, represent(*key).dump())};
}

}  // namespace claimcheck::fcgi
