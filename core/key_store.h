#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.h"
#include "core/time.h"

namespace claimcheck {

/// What an API key may do; several may be granted.
enum class Scope { issue, read, manage, privacy };

/// A key of the HTTP interface. Its text is a Secret, shown once; only the digest is kept.
struct ApiKey {
  std::string id;    ///< UUIDv7
  std::string name;  ///< for people: "shop plugin"
  Digest digest;
  std::vector<Scope> scopes;
  Time created_at;
  std::optional<Time> revoked_at;

  bool operator==(const ApiKey&) const = default;
};

const char* to_string(Scope scope);
/// @return nothing if `word` is no scope.
std::optional<Scope> parse_scope(std::string_view word);

/// Keeps API keys. One object belongs to one thread. Methods may throw Error{unavailable}.
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  /// @return false if its id or digest exists already.
  virtual bool add(const ApiKey& key) = 0;
  /// Revoked keys are found too; the caller looks at revoked_at.
  virtual std::optional<ApiKey> find(const Digest& digest) = 0;
  virtual std::vector<ApiKey> list() = 0;
  /// @return false if there is no such key, or it is revoked already.
  virtual bool revoke(const std::string& id, Time now) = 0;
};

}  // namespace claimcheck
