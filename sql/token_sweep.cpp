#include "sql/few_sizes.h"
#include "sql/statements.h"
#include "sql/stores.h"
#include "sql/token_row.h"

// SqlTokenStore as the cron uses it.
namespace claimcheck::sql {
namespace {

Value after_or_first(const std::optional<TokenId>& after) {
  return after ? after->text : std::string{};
}

/// `statement` with a list of `?` at its end.
std::string with_list(std::string_view statement, std::size_t count) {
  return statements::repeated(statement, "?", ",", count) + ')';
}

std::vector<TokenId> ids_of(const std::vector<Row>& rows) {
  std::vector<TokenId> ids;
  ids.reserve(rows.size());
  for (const Row& row : rows) ids.push_back({Columns{row}.text()});
  return ids;
}

}  // namespace

std::vector<TokenId> SqlTokenStore::unsettled(Time now, const std::optional<TokenId>& after, int limit) {
  return ids_of(database_.query(statements::unsettled_tokens, {to_value(now), after_or_first(after), std::int64_t{limit}}));
}

std::vector<Token> SqlTokenStore::ended(Time now, const std::optional<TokenId>& after, int limit) {
  return read_tokens(database_.query(statements::ended_tokens, {to_value(now), after_or_first(after), std::int64_t{limit}}),
                     rules_);
}

std::int64_t SqlTokenStore::clean(std::span<const TokenId> ids, Time now) {
  std::int64_t cleaned = 0;
  in_few_sizes(ids, [&](std::span<const TokenId> some) {
    std::vector<Value> values{to_value(now), to_value(now)};
    for (const TokenId& id : some) values.emplace_back(id.text);
    cleaned += execute_surely(database_, with_list(statements::clean_tokens, some.size()), values);
  });
  return cleaned;
}

bool SqlTokenStore::file_in_use(const std::string& storage, const std::string& file, Time ended_by) {
  return !database_.query(statements::token_using_file, {storage, file, file, to_value(ended_by)}).empty();
}

std::int64_t SqlTokenStore::forget(Time cleaned_before, int limit) {
  const std::vector<TokenId> ids =
      ids_of(database_.query(statements::cleaned_tokens, {to_value(cleaned_before), std::int64_t{limit}}));
  std::int64_t forgotten = 0;
  in_few_sizes(std::span{ids}, [&](std::span<const TokenId> some) {
    std::vector<Value> values;
    for (const TokenId& id : some) values.emplace_back(id.text);
    // Facts first: a run that dies in between leaves a token without facts, which the next one forgets.
    execute_surely(database_, with_list(statements::forget_facts, some.size()), values);
    execute_surely(database_, with_list(statements::forget_old_secrets, some.size()), values);
    forgotten += execute_surely(database_, with_list(statements::forget_tokens, some.size()), values);
  });
  return forgotten;
}

std::vector<Token> SqlTokenStore::to_warn(Time now, const std::optional<TokenId>& after, int limit) {
  return read_tokens(database_.query(statements::tokens_to_warn, {to_value(now), after_or_first(after), std::int64_t{limit}}),
                     rules_);
}

void SqlTokenStore::warned(std::span<const Token> tokens) {
  in_few_sizes(tokens, [&](std::span<const Token> some) {
    std::vector<Value> values;
    for (const Token& token : some) values.insert(values.end(), {token.id.text, to_value(token.expires_at)});
    execute_surely(database_, statements::repeated(statements::note_warned, statements::warned_token, " OR ", some.size()),
                   values);
  });
}

}  // namespace claimcheck::sql
