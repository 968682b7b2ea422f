#include <algorithm>
#include <array>

#include "sql/statements.h"
#include "sql/stores.h"
#include "sql/token_row.h"

// SqlTokenStore's statements about several tokens.
namespace claimcheck::sql {
namespace {

/// Batches come in a few sizes only, so that few statements are prepared: what is missing is filled up with the last one.
std::size_t batch_size(std::size_t count) {
  for (const std::size_t size : {2UL, 4UL, 8UL, 16UL})
    if (count <= size) return size;
  return TokenBatches::most;
}

std::string search(std::string_view beginning, std::size_t count) {
  return statements::repeated(beginning, "?", ",", count) + ')';
}

/// `CASE id WHEN ? THEN ? … END`: to each of `count` tokens its own value.
std::string value_of_each(std::size_t count) {
  return statements::repeated("CASE id", " WHEN ? THEN ?", "", count) + " END";
}

/// statements::replace_uses for several tokens at once. Changes as many rows as nobody changed meanwhile.
std::string replace_all_uses(std::size_t count) {
  std::string statement = "UPDATE {tokens} SET revision = revision + 1";
  for (const std::string_view column : statements::columns_of_uses)
    statement.append(", ").append(column).append(" = ").append(value_of_each(count));
  return statement + statements::repeated(" WHERE id IN (", "?", ",", count) + ") AND revision = " + value_of_each(count);
}

}  // namespace

std::vector<Token> SqlTokenStore::find(std::span<const Digest> digests) {
  std::vector<Value> values(batch_size(digests.size()), digests.back().hex());
  std::ranges::transform(digests, values.begin(), &Digest::hex);
  return read_tokens(database_.query(search(statements::find_tokens_by_digest, values.size()), values), rules_);
}

std::vector<Token> SqlTokenStore::find(std::span<const TokenId> ids) {
  std::vector<Value> values(batch_size(ids.size()), ids.back().text);
  std::ranges::transform(ids, values.begin(), &TokenId::text);
  return read_tokens(database_.query(search(statements::find_tokens_by_id, values.size()), values), rules_);
}

bool SqlTokenStore::replace_uses(std::span<const Token> tokens) {
  // Everybody locks rows in the order of their ids, so that nobody waits in a circle.
  std::vector<const Token*> batch;
  for (const Token& token : tokens) batch.push_back(&token);
  std::ranges::sort(batch, {}, [](const Token* token) -> const TokenId& { return token->id; });
  batch.resize(batch_size(tokens.size()), batch.back());

  std::vector<std::array<Value, std::size(statements::columns_of_uses)>> states;
  states.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i)
    states.push_back(i > 0 && batch[i] == batch[i - 1] ? states.back() : uses_of(*batch[i]));
  std::vector<Value> values;
  for (std::size_t column = 0; column < std::size(statements::columns_of_uses); ++column)
    for (std::size_t i = 0; i < batch.size(); ++i) values.insert(values.end(), {batch[i]->id.text, states[i][column]});
  for (const Token* token : batch) values.emplace_back(token->id.text);
  for (const Token* token : batch) values.insert(values.end(), {token->id.text, token->revision});
  try {
    return database_.execute(replace_all_uses(batch.size()), values) == static_cast<std::int64_t>(tokens.size());
  } catch (const InDoubt&) {
    return false;
  }
}

}  // namespace claimcheck::sql
