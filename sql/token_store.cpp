#include <utility>

#include "core/ascii.h"
#include "core/due.h"
#include "core/error.h"
#include "core/token_json.h"
#include "sql/statements.h"
#include "sql/stores.h"
#include "sql/token_row.h"

namespace claimcheck::sql {
namespace {

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

/// What LIKE finds a part by; '!' takes the meaning from a character.
std::string pattern_of(const std::string& part) {
  std::string pattern = "%";
  for (const char c : part) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + '%';
}

std::string_view condition_of(TokenState state) {
  switch (state) {
    case TokenState::active:
      return statements::if_active;
    case TokenState::used_up:
      return statements::if_used_up;
    case TokenState::expired:
      return statements::if_expired;
    case TokenState::revoked:
      return statements::if_revoked;
  }
  return {};
}

}  // namespace

Time SqlTokenStore::now() {
  return database_.now();
}

bool SqlTokenStore::add(const Token& token) {
  // The row holds the facts too, so a token is never seen without them, and one statement decides whether it exists. The rows
  // of table facts come after it: a crash in between leaves a token that cannot be found by its facts, but whose secret was
  // not given to anybody. The other way round a refused duplicate would leave facts behind with another token.
  const bool added = insert_once(database_, statements::add_token, values_of(token), [&] {
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
  const Value warning = warning_value(token);
  const Value while_expiring = warning == Value{nullptr} ? Value{nullptr} : to_value(token.expires_at);
  return replace_one(
      database_, statements::replace_token,
      {while_expiring, warning, token.uses, encode_claims(token.claims), to_value(token.expires_at), to_value(token.revoked_at),
       to_value(token.cleaned_at), to_value(end_of(token)), to_value(tidy_due(token)), token.email, encode_facts(token.facts),
       token.digest.hex(), token.max_uses, token.bound_to, token.id.text, token.revision});
}

bool SqlTokenStore::replace_uses(const Token& token) {
  auto [uses, claims, tidy_at] = uses_of(token);
  return replace_one(database_, statements::replace_uses,
                     {std::move(uses), std::move(claims), std::move(tidy_at), token.id.text, token.revision});
}

std::vector<Token> SqlTokenStore::list(const TokenQuery& query) {
  const std::string after_every_id = "~";
  std::string statement{statements::list_tokens};
  std::vector<Value> values{query.after ? query.after->text : after_every_id};
  if (!query.email.empty()) {
    statement += statements::of_email;
    values.emplace_back(query.email);
  }
  if (query.fact) {
    statement += statements::of_fact;
    values.insert(values.end(), {query.fact->first, query.fact->second});
  }
  if (!query.search.empty()) {
    const std::string pattern = pattern_of(query.search);
    statement += statements::of_search;
    values.insert(values.end(), {lower(query.search), pattern, pattern, pattern});
  }
  if (query.state) {
    statement += condition_of(*query.state);
    if (*query.state != TokenState::revoked) values.push_back(to_value(now()));
  }
  statement += statements::page_of_tokens;
  values.emplace_back(std::int64_t{query.limit});
  return read_tokens(database_.query(statement, values), rules_);
}

void SqlTokenStore::keep(const Digest& digest, const TokenId& token) {
  insert_once(database_, statements::add_old_secret, {digest.hex(), token.text}, [] { return true; });
}

std::optional<TokenId> SqlTokenStore::find_old(const Digest& digest) {
  const std::vector<Row> rows = database_.query(statements::find_old_secret, {digest.hex()});
  if (rows.empty()) return std::nullopt;
  return TokenId{Columns{rows.front()}.text()};
}

}  // namespace claimcheck::sql
