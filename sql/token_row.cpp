#include "sql/token_row.h"

#include <nlohmann/json.hpp>

#include "core/due.h"
#include "core/error.h"
#include "core/token_json.h"

namespace claimcheck::sql {
namespace {

constexpr std::string_view no_facts = "{}";

std::map<std::string, std::string> decode_facts(const std::string& text) {
  if (text == no_facts) return {};
  try {
    return nlohmann::json::parse(text).get<std::map<std::string, std::string>>();
  } catch (const nlohmann::json::exception&) {
    throw Error{Errc::internal, "column facts is not an object of strings"};
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
          .facts = decode_facts(columns.text()),
          .bound_to = columns.text()};
}

std::vector<Token> read_tokens(const std::vector<Row>& rows, ReadRules& rules) {
  std::vector<Token> tokens;
  tokens.reserve(rows.size());
  for (const Row& row : rows) tokens.push_back(read_token(row, rules));
  return tokens;
}

std::string encode_facts(const std::map<std::string, std::string>& facts) {
  try {
    return nlohmann::json(facts).dump();
  } catch (const nlohmann::json::exception&) {
    throw Error{Errc::bad_request, "a fact is not UTF-8 text"};
  }
}

Time end_of(const Token& token) {
  if (token.revoked_at) return from_unix(0);
  const bool beyond = token.expires_at.time_since_epoch() > seconds::max() - token.rules.grace;
  return beyond ? Time::max() : token.expires_at + token.rules.grace;
}

Value warning_value(const Token& token) {
  const Time due = warning_due(token);
  return due == Time::max() ? Value{nullptr} : to_value(due);
}

std::vector<Value> values_of(const Token& token) {
  return {token.id.text,
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
          token.bound_to,
          to_value(end_of(token)),
          to_value(tidy_due(token)),
          warning_value(token)};
}

std::array<Value, std::size(statements::columns_of_uses)> uses_of(const Token& token) {
  return {token.uses, encode_claims(token.claims), to_value(tidy_due(token))};
}

}  // namespace claimcheck::sql
