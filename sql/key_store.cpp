#include "core/key_store.h"

#include <algorithm>

#include "core/error.h"
#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
namespace {

/// Scopes as words with spaces in between.
std::string join_scopes(const std::vector<Scope>& scopes) {
  std::string text;
  for (const Scope scope : scopes) {
    if (!text.empty()) text += ' ';
    text += to_string(scope);
  }
  return text;
}

std::vector<Scope> split_scopes(std::string_view text) {
  std::vector<Scope> scopes;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    const auto scope = parse_scope(word);
    if (!scope) throw Error{Errc::internal, "column scopes holds an unknown word"};
    scopes.push_back(*scope);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return scopes;
}

/// In the order of statements::key_columns.
ApiKey read_key(const Row& row) {
  Columns columns{row};
  return {.id = columns.text(),
          .name = columns.text(),
          .digest = columns.digest(),
          .scopes = split_scopes(columns.text()),
          .created_at = columns.time(),
          .revoked_at = columns.optional_time()};
}

std::optional<ApiKey> first_key(const std::vector<Row>& rows) {
  if (rows.empty()) return std::nullopt;
  return read_key(rows.front());
}

}  // namespace

bool SqlKeyStore::add(const ApiKey& key) {
  return insert_once(
      database_, statements::add_key,
      {key.id, key.name, key.digest.hex(), join_scopes(key.scopes), to_value(key.created_at), to_value(key.revoked_at)},
      [&] { return find(key.digest) == key; });
}

std::optional<ApiKey> SqlKeyStore::find(const Digest& digest) {
  return first_key(database_.query(statements::find_key_by_digest, {digest.hex()}));
}

std::vector<ApiKey> SqlKeyStore::list() {
  std::vector<ApiKey> keys;
  for (const Row& row : database_.query(statements::list_keys)) keys.push_back(read_key(row));
  return keys;
}

bool SqlKeyStore::revoke(const std::string& id, Time now) {
  try {
    return database_.execute(statements::revoke_key, {to_value(now), id}) == 1;
  } catch (const InDoubt&) {
    const auto key = first_key(database_.query(statements::find_key_by_id, {id}));
    if (key && !key->revoked_at) throw Error{Errc::unavailable, "the connection to the database broke"};
    return key && key->revoked_at == now;
  }
}

}  // namespace claimcheck::sql
