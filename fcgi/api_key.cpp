#include "fcgi/api_key.h"

#include <algorithm>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

Error lacks(const std::string& scope) {
  return Error{Errc::forbidden, {}, {{"scope", scope}}};
}

}  // namespace

ApiKey live_key(const Services& services, const std::string& text) {
  const auto presented = Secret::parse(text);
  auto key = presented ? services.keys.find(presented->digest()) : std::nullopt;
  if (!key || key->revoked_at) throw Error{Errc::unauthorized, {}, {{"key", text.empty() ? "missing" : "unknown"}}};
  return std::move(*key);
}

ApiKey require_scope(const Services& services, const std::string& text, Scope scope) {
  ApiKey key = live_key(services, text);
  if (std::ranges::find(key.scopes, scope) == key.scopes.end()) throw lacks(to_string(scope));
  return key;
}

void require_storage(const Services& services, const std::string& text, const std::string& storage) {
  const ApiKey key = live_key(services, text);
  const bool granted = std::ranges::find(key.storages, storage) != key.storages.end();
  if (!granted || !services.storages.contains(storage)) throw lacks(storage_scope(storage));
}

}  // namespace claimcheck::fcgi
