#pragma once

#include <string_view>

#include "sql/statements/text.h"

/// Table `deliveries`.
namespace claimcheck::sql::statements {

inline constexpr Text delivery_columns{
    "id, token_id, claim, started_at, ended_at, first_byte, length, sent, outcome, grounds, network, completed"};

/// Begins the logging of deliveries; a list of values follows for each.
inline constexpr auto add_deliveries = Text{"INSERT INTO {deliveries} ("} + delivery_columns + Text{") VALUES "};
inline constexpr std::string_view delivery_values = "(?,?,?,?,?,?,?,?,?,?,?,?)";

/// The last deliveries of a token, newest first.
inline constexpr auto deliveries_of_token =
    Text{"SELECT "} + delivery_columns + Text{" FROM {deliveries} WHERE token_id = ? ORDER BY ended_at DESC, id DESC LIMIT ?"};

/// Begins the search for deliveries; a list of as many `?` as there are ids follows, and a parenthesis.
inline constexpr auto find_deliveries = Text{"SELECT "} + delivery_columns + Text{" FROM {deliveries} WHERE id IN ("};

/// Notes what a delivery has really sent if its outcome is the given one. 1 row, or 0 if it is another, or there is none.
inline constexpr Text correct_delivery{
    "UPDATE {deliveries} SET sent = ?, outcome = ?, completed = ? WHERE id = ? AND outcome = ?"};

/// Notes that no delivery has completed a claim. As many rows as were thought to.
inline constexpr Text take_back_completion{
    "UPDATE {deliveries} SET completed = 0 WHERE token_id = ? AND claim = ? AND completed = 1"};

/// The end of the oldest delivery but so many that ended before a moment; 0 or 1 row.
inline constexpr Text end_of_old_delivery{
    "SELECT ended_at FROM {deliveries} WHERE ended_at < ? ORDER BY ended_at LIMIT 1 OFFSET ?"};

/// Forgets deliveries that ended before a moment.
inline constexpr Text prune_deliveries{"DELETE FROM {deliveries} WHERE ended_at < ?"};

}  // namespace claimcheck::sql::statements
