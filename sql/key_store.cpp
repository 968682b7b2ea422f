#include "core/key_store.h"

#include <algorithm>

#include "core/error.h"
#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
namespace {

/// Scopes as words with spaces in between.
std::string join_scopes(const ApiKey& key) {
  std::string text;
  for (const std::string& word : scope_words(key)) text += (text.empty() ? "" : " ") + word;
  return text;
}

void grant_all(ApiKey& key, std::string_view text) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!grant(key, word)) throw Error{Errc::internal, "column scopes holds an unknown word"};
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
}

/// In the order of statements::key_columns.
ApiKey read_key(const Row& row) {
  Columns columns{row};
  ApiKey key{.id = columns.text(), .name = columns.text(), .digest = columns.digest()};
  grant_all(key, columns.text());
  key.created_at = columns.time();
  key.revoked_at = columns.optional_time();
  return key;
}

std::optional<ApiKey> first_key(const std::vector<Row>& rows) {
  if (rows.empty()) return std::nullopt;
  return read_key(rows.front());
}

}  // namespace

bool SqlKeyStore::add(const ApiKey& key) {
  return insert_once(database_, statements::add_key,
                     {key.id, key.name, key.digest.hex(), join_scopes(key), to_value(key.created_at), to_value(key.revoked_at)},
                     [&] { return find(key.digest) == key; });
}

std::optional<ApiKey> SqlKeyStore::find(const Digest& digest) {
  return first_key(database_.query(statements::find_key_by_digest, {digest.hex()}));
}

std::optional<ApiKey> SqlKeyStore::find(const std::string& id) {
  return first_key(database_.query(statements::find_key_by_id, {id}));
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
    const auto key = find(id);
    if (key && !key->revoked_at) throw Error{Errc::unavailable, "the connection to the database broke"};
    return key && key->revoked_at == now;
  }
}

}  // namespace claimcheck::sql
