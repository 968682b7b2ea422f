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

bool SqlTokenStore::replace_uses(std::span<const Token* const> tokens) {
  // Everybody locks rows in the order of their ids, so that nobody waits in a circle.
  std::vector<const Token*> batch{tokens.begin(), tokens.end()};
  std::ranges::sort(batch, {}, [](const Token* token) -> const TokenId& { return token->id; });
  batch.resize(batch_size(tokens.size()), batch.back());

  // Those that fill it up repeat the last one.
  std::vector<std::array<Value, std::size(statements::columns_of_uses)>> states;
  states.reserve(tokens.size());
  for (const Token* token : std::span{batch}.first(tokens.size())) states.push_back(uses_of(*token));
  const auto state_of = [&](std::size_t place) -> const auto& { return states[std::min(place, states.size() - 1)]; };
  std::vector<Value> values;
  values.reserve(batch.size() * (2 * std::size(statements::columns_of_uses) + 3));
  for (std::size_t column = 0; column < std::size(statements::columns_of_uses); ++column)
    for (std::size_t place = 0; place < batch.size(); ++place) {
      values.emplace_back(batch[place]->id.text);
      values.push_back(state_of(place)[column]);
    }
  for (const Token* token : batch) values.emplace_back(token->id.text);
  for (const Token* token : batch) {
    values.emplace_back(token->id.text);
    values.emplace_back(token->revision);
  }
  try {
    return database_.execute(replace_all_uses(batch.size()), values) == static_cast<std::int64_t>(tokens.size());
  } catch (const InDoubt&) {
    return false;
  }
}

}  // namespace claimcheck::sql
