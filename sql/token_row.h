#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/token.h"
#include "sql/row.h"
#include "sql/statements.h"

namespace claimcheck::sql {

// A token as a row of its table.

/// Rules as they stand in rows. All tokens of a policy have the same: each text is read once.
class ReadRules {
 public:
  /// Throws Error{internal}.
  const Rules& of(const std::string& text);

 private:
  std::map<std::string, Rules> rules_;
};

/// @param row  in the order of statements::token_columns
/// Throws Error{internal} if the row was not written by this program.
Token read_token(const Row& row, ReadRules& rules);
std::vector<Token> read_tokens(const std::vector<Row>& rows, ReadRules& rules);

/// Throws Error{bad_request} if a fact is not UTF-8.
std::string encode_facts(const std::map<std::string, std::string>& facts);

/// When the right ends for good, so that the sweep is one range of an index: 0 for a revoked token.
Time end_of(const Token& token);

/// The token as its row has it, in the order of statements::add_tokens. Throws Error{bad_request} if a fact is not UTF-8.
std::vector<Value> values_of(const Token& token);

/// When its warning is due; NULL if never.
Value warning_value(const Token& token);

/// What downloads change, in the order of statements::columns_of_uses.
std::array<Value, std::size(statements::columns_of_uses)> uses_of(const Token& token);

}  // namespace claimcheck::sql
