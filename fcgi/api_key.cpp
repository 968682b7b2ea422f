#include "fcgi/api_key.h"

#include <algorithm>

#include "core/error.h"

namespace claimcheck::fcgi {

void require_scope(const Services& services, const std::string& text, Scope scope) {
  const auto presented = Secret::parse(text);
  const auto key = presented ? services.keys.find(presented->digest()) : std::nullopt;
  if (!key || key->revoked_at) throw Error{Errc::unauthorized, {}, {{"key", text.empty() ? "missing" : "unknown"}}};
  if (std::ranges::find(key->scopes, scope) == key->scopes.end())
    throw Error{Errc::forbidden, {}, {{"scope", std::string{to_string(scope)}}}};
}

}  // namespace claimcheck::fcgi
