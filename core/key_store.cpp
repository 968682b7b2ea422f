#include "core/key_store.h"

namespace claimcheck {

const char* to_string(Scope scope) {
  switch (scope) {
    case Scope::issue:
      return "issue";
    case Scope::read:
      return "read";
    case Scope::manage:
      return "manage";
    case Scope::privacy:
      return "privacy";
  }
  return "";
}

std::optional<Scope> parse_scope(std::string_view word) {
  for (const Scope scope : {Scope::issue, Scope::read, Scope::manage, Scope::privacy})
    if (word == to_string(scope)) return scope;
  return std::nullopt;
}

}  // namespace claimcheck
