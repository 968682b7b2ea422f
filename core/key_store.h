#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.h"
#include "core/time.h"

namespace claimcheck {

/// What an API key may do; several may be granted. Beside these a key may make links to the files of storages.
enum class Scope { issue, read, manage, privacy, metrics };

/// A key of the HTTP interface. Its text is a Secret, shown once; only the digest is kept.
struct ApiKey {
  std::string id;    ///< UUIDv7
  std::string name;  ///< for people: "shop plugin"
  Digest digest;
  std::vector<Scope> scopes = {};
  std::vector<std::string> storages = {};  ///< names of those to whose files it may make links (/api/storage)
  Time created_at = {};
  std::optional<Time> revoked_at = {};

  bool operator==(const ApiKey&) const = default;
};

const char* to_string(Scope scope);
/// The word for a storage that a key may make links to: "storage:backups".
std::string storage_scope(std::string_view storage);

/// Lets a key do what a word says: "issue", "storage:backups"; twice is the same as once. @return false if that is no scope
bool grant(ApiKey& key, std::string_view word);
/// The words for all that a key may do.
std::vector<std::string> scope_words(const ApiKey& key);
/// Those of them that another key may not.
std::vector<std::string> scopes_beyond(const ApiKey& key, const ApiKey& other);
/// How many characters those words may have together, with one between two of them.
inline constexpr std::size_t longest_scopes = 255;
inline constexpr std::size_t longest_key_name = 255;  ///< bytes

/// A new key, and its text for the one time it is shown.
struct NewKey {
  ApiKey key;
  Secret text;
};

/// Makes a key; it opens nothing until it is kept. Which storages there are the caller knows.
/// @param words  what it may do: "issue", "storage:backups"
/// Throws Error{bad_request} with `details.field` "name" or "scopes".
NewKey make_key(const std::string& name, const std::vector<std::string>& words, Time now, const Random& random);

/// Keeps API keys. One object belongs to one thread. Methods may throw Error{unavailable}.
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  /// @return false if its id or digest exists already.
  virtual bool add(const ApiKey& key) = 0;
  /// Revoked keys are found too; the caller looks at revoked_at.
  virtual std::optional<ApiKey> find(const Digest& digest) = 0;
  virtual std::optional<ApiKey> find(const std::string& id) = 0;
  virtual std::vector<ApiKey> list() = 0;
  /// @return false if there is no such key, or it is revoked already.
  virtual bool revoke(const std::string& id, Time now) = 0;
};

}  // namespace claimcheck
