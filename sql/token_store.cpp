#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/admission.h"
#include "core/error.h"
#include "core/token_json.h"
#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
namespace {

constexpr std::string_view no_facts = "{}";

std::string encode_facts(const std::map<std::string, std::string>& facts) {
  try {
    return nlohmann::json(facts).dump();
  } catch (const nlohmann::json::exception&) {
    throw Error{Errc::bad_request, "a fact is not UTF-8 text"};
  }
}

std::map<std::string, std::string> decode_facts(const std::string& text) {
  if (text == no_facts) return {};
  try {
    return nlohmann::json::parse(text).get<std::map<std::string, std::string>>();
  } catch (const nlohmann::json::exception&) {
    throw Error{Errc::internal, "column facts is not an object of strings"};
  }
}

/// When the right ends for good, so that the sweep is one range of an index: 0 for a revoked token.
Time end_of(const Token& token) {
  if (token.revoked_at) return from_unix(0);
  const bool beyond = token.expires_at.time_since_epoch() > seconds::max() - token.rules.grace;
  return beyond ? Time::max() : token.expires_at + token.rules.grace;
}

/// In the order of statements::token_columns.
Token read_token(const Row& row, ReadRules& rules) {
  Columns columns{row};
  return {.id = {columns.text()},
          .digest = columns.digest(),
          .storage = columns.text(),
          .file = columns.text(),
          .filename = columns.text(),
          .version = {.size = columns.bytes(), .mtime_ns = columns.number()},
          .policy = columns.text(),
          .email = columns.text(),
          .rules = rules.of(columns.text()),
          .created_at = columns.time(),
          .expires_at = columns.time(),
          .revoked_at = columns.optional_time(),
          .cleaned_at = columns.optional_time(),
          .max_uses = columns.number(),
          .uses = columns.number(),
          .claims = decode_claims(columns.text()),
          .revision = columns.number(),
          .facts = decode_facts(columns.text())};
}

std::vector<Token> read_tokens(const std::vector<Row>& rows, ReadRules& rules) {
  std::vector<Token> tokens;
  tokens.reserve(rows.size());
  for (const Row& row : rows) tokens.push_back(read_token(row, rules));
  return tokens;
}

/// Batches come in a few sizes only, so that few statements are prepared: what is missing is filled up with the last one.
std::size_t batch_size(std::size_t count) {
  for (const std::size_t size : {2UL, 4UL, 8UL, 16UL})
    if (count <= size) return size;
  return TokenBatches::most;
}

void add_marks(std::string& statement, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) statement += i == 0 ? "?" : ",?";
  statement += ')';
}

std::string search(std::string_view beginning, std::size_t count) {
  std::string statement{beginning};
  add_marks(statement, count);
  return statement;
}

/// `CASE id WHEN ? THEN ? … END`: to each of `count` tokens its own value.
std::string value_of_each(std::size_t count) {
  std::string text = "CASE id";
  for (std::size_t i = 0; i < count; ++i) text += " WHEN ? THEN ?";
  return text + " END";
}

/// statements::replace_uses for several tokens at once. Changes as many rows as nobody changed meanwhile.
std::string replace_all_uses(std::size_t count) {
  std::string statement = "UPDATE {tokens} SET revision = revision + 1";
  for (const std::string_view column : statements::columns_of_uses)
    statement.append(", ").append(column).append(" = ").append(value_of_each(count));
  statement += " WHERE id IN (";
  add_marks(statement, count);
  return statement + " AND revision = " + value_of_each(count);
}

/// In the order of statements::columns_of_uses.
std::array<Value, std::size(statements::columns_of_uses)> uses_of(const Token& token) {
  return {token.uses, encode_claims(token.claims), to_value(tidy_due(token))};
}

std::optional<Token> first_token(const std::vector<Row>& rows, ReadRules& rules) {
  if (rows.empty()) return std::nullopt;
  return read_token(rows.front(), rules);
}

/// @return whether the row was changed; false too if the answer was lost
bool replace_one(Database& database, std::string_view statement, const std::vector<Value>& values) {
  try {
    return database.execute(statement, values) == 1;
  } catch (const InDoubt&) {
    return false;
  }
}

}  // namespace

const Rules& ReadRules::of(const std::string& text) {
  constexpr std::size_t most = 100;
  const auto found = rules_.find(text);
  if (found != rules_.end()) return found->second;
  if (rules_.size() >= most) rules_.clear();
  return rules_.emplace(text, decode_rules(text)).first->second;
}

Time SqlTokenStore::now() {
  return database_.now();
}

bool SqlTokenStore::add(const Token& token) {
  // The row holds the facts too, so a token is never seen without them, and one statement decides whether it exists. The rows
  // of table facts come after it: a crash in between leaves a token that cannot be found by its facts, but whose secret was
  // not given to anybody. The other way round a refused duplicate would leave facts behind with another token.
  const bool added = insert_once(database_, statements::add_token,
                                 {token.id.text,
                                  token.digest.hex(),
                                  token.storage,
                                  token.file,
                                  token.filename,
                                  to_value(token.version.size),
                                  token.version.mtime_ns,
                                  token.policy,
                                  token.email,
                                  encode_rules(token.rules),
                                  to_value(token.created_at),
                                  to_value(token.expires_at),
                                  to_value(token.revoked_at),
                                  to_value(token.cleaned_at),
                                  token.max_uses,
                                  token.uses,
                                  encode_claims(token.claims),
                                  token.revision,
                                  encode_facts(token.facts),
                                  to_value(end_of(token)),
                                  to_value(tidy_due(token))},
                                 [&] {
                                   const auto kept = find(token.id);
                                   return kept && kept->digest == token.digest;
                                 });
  if (!added) return false;
  for (const auto& [name, value] : token.facts) {
    const auto same = [] { return true; };
    if (!insert_once(database_, statements::add_fact, {token.id.text, name, value}, same)) {
      throw Error{Errc::bad_request, "two facts have names that differ in nothing but spaces at the end"};
    }
  }
  return true;
}

std::optional<Token> SqlTokenStore::find(const Digest& digest) {
  return first_token(database_.query(statements::find_token_by_digest, {digest.hex()}), rules_);
}

std::optional<Token> SqlTokenStore::find(const TokenId& id) {
  return first_token(database_.query(statements::find_token_by_id, {id.text}), rules_);
}

bool SqlTokenStore::replace(const Token& token) {
  return replace_one(database_, statements::replace_token,
                     {token.uses, encode_claims(token.claims), to_value(token.expires_at), to_value(token.revoked_at),
                      to_value(token.cleaned_at), to_value(end_of(token)), to_value(tidy_due(token)), token.id.text,
                      token.revision});
}

bool SqlTokenStore::replace_uses(const Token& token) {
  auto [uses, claims, tidy_at] = uses_of(token);
  return replace_one(database_, statements::replace_uses,
                     {std::move(uses), std::move(claims), std::move(tidy_at), token.id.text, token.revision});
}

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
  std::ranges::sort(batch, {}, [](const Token* token) { return token->id; });
  batch.resize(batch_size(tokens.size()), batch.back());

  std::vector<std::array<Value, std::size(statements::columns_of_uses)>> states;
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

std::vector<Token> SqlTokenStore::list(const TokenQuery& query) {
  const std::string after_every_id = "~";
  const std::string before = query.before ? query.before->text : after_every_id;
  return read_tokens(database_.query(statements::list_tokens, {before, std::int64_t{query.limit}}), rules_);
}

std::vector<TokenId> SqlTokenStore::unsettled(Time now, const std::optional<TokenId>& after, int limit) {
  std::vector<TokenId> ids;
  for (const Row& row :
       database_.query(statements::unsettled_tokens, {to_value(now), after ? after->text : "", std::int64_t{limit}}))
    ids.push_back({Columns{row}.text()});
  return ids;
}

std::vector<Token> SqlTokenStore::ended(Time now, const std::optional<TokenId>& after, int limit) {
  return read_tokens(database_.query(statements::ended_tokens, {to_value(now), after ? after->text : "", std::int64_t{limit}}), rules_);
}

bool SqlTokenStore::file_in_use(const std::string& storage, const std::string& file, const TokenId& except, Time now) {
  return !database_.query(statements::token_using_file, {storage, file, file, except.text, to_value(now)}).empty();
}

}  // namespace claimcheck::sql
