#pragma once

#include <string_view>

#include "sql/statements/text.h"

/// Table `refusals`.
namespace claimcheck::sql::statements {

inline constexpr Text refusal_columns{"token_id, error, network, hour, first_at, last_at, times"};

/// One tally.
inline constexpr std::string_view refusal_key = "(token_id = ? AND error = ? AND network = ? AND hour = ?)";

/// Begins the counting of refusals; a list of values follows for each tally, then add_to_tallies.
inline constexpr auto count_refusals = Text{"INSERT INTO {refusals} ("} + refusal_columns + Text{") VALUES "};
inline constexpr std::string_view refusal_values = "(?,?,?,?,?,?,?)";
/// What becomes of a tally that has begun.
inline constexpr std::string_view add_to_tallies =
    " {if_there} times = times + {new times}, last_at = CASE WHEN last_at < {new last_at} THEN {new last_at} ELSE last_at END";

/// The last refusals of a token, newest first.
inline constexpr auto refusals_of_token =
    Text{"SELECT "} + refusal_columns +
    Text{" FROM {refusals} WHERE token_id = ? ORDER BY last_at DESC, hour DESC, error LIMIT ?"};

/// The refusals for two reasons that happened last at a moment or later, in that order.
inline constexpr auto refusals_by_reason =
    Text{"SELECT "} + refusal_columns +
    Text{" FROM {refusals} WHERE last_at >= ? AND error IN (?, ?) ORDER BY last_at LIMIT ?"};

/// The end of the oldest tally but so many that ended before a moment; 0 or 1 row.
inline constexpr Text end_of_old_refusals{"SELECT last_at FROM {refusals} WHERE last_at < ? ORDER BY last_at LIMIT 1 OFFSET ?"};

/// Forgets tallies that ended before a moment.
inline constexpr Text prune_refusals{"DELETE FROM {refusals} WHERE last_at < ?"};

}  // namespace claimcheck::sql::statements
