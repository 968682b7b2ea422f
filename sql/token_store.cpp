#include <utility>

#include "core/admission.h"
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
  return replace_one(database_, statements::replace_token,
                     {while_expiring, warning, token.uses, encode_claims(token.claims), to_value(token.expires_at),
                      to_value(token.revoked_at), to_value(token.cleaned_at), to_value(end_of(token)),
                      to_value(tidy_due(token)), token.email, encode_facts(token.facts), token.id.text, token.revision});
}

bool SqlTokenStore::replace_uses(const Token& token) {
  auto [uses, claims, tidy_at] = uses_of(token);
  return replace_one(database_, statements::replace_uses,
                     {std::move(uses), std::move(claims), std::move(tidy_at), token.id.text, token.revision});
}

std::vector<Token> SqlTokenStore::list(const TokenQuery& query) {
  const std::string after_every_id = "~";
  const std::string before = query.before ? query.before->text : after_every_id;
  return read_tokens(database_.query(statements::list_tokens, {before, std::int64_t{query.limit}}), rules_);
}

}  // namespace claimcheck::sql
