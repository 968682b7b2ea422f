#pragma once

#include <string_view>

#include "sql/statements/deliveries.h"
#include "sql/statements/mails.h"
#include "sql/statements/refusals.h"
#include "sql/statements/text.h"
#include "sql/statements/tokens.h"

/// What is known about a person, in all tables that know something.
namespace claimcheck::sql::statements {

/// How an address is spelled where it is kept; the driver's idea of capital letters may find more than ours.
inline constexpr std::string_view spelled_in_tokens =
    "SELECT DISTINCT email FROM {tokens} WHERE LOWER(RTRIM(email)) = LOWER(?)";
inline constexpr std::string_view spelled_in_facts = "SELECT DISTINCT value FROM {facts} WHERE LOWER(RTRIM(value)) = LOWER(?)";
inline constexpr std::string_view spelled_in_mails =
    "SELECT DISTINCT recipient FROM {mails} WHERE LOWER(RTRIM(recipient)) = LOWER(?)";

/// Begin to tell the tokens of a person; a list of as many `?` as there are spellings follows, and a parenthesis.
inline constexpr std::string_view persons_by_email = "SELECT id AS person FROM {tokens} WHERE email IN (";
inline constexpr std::string_view persons_by_fact = "SELECT token_id AS person FROM {facts} WHERE value IN (";

/// Begin what is asked of a person's tokens and of what is told of them; `(` tokens of the person `) AS persons` and the end
/// follow.
inline constexpr std::string_view count_tokens_of = "SELECT COUNT(*) FROM {tokens} JOIN (";
inline constexpr std::string_view count_deliveries_of = "SELECT COUNT(*) FROM {deliveries} JOIN (";
inline constexpr std::string_view count_refusals_of = "SELECT COUNT(*) FROM {refusals} JOIN (";
inline constexpr auto tokens_of = select_tokens + Text{"JOIN ("};
inline constexpr auto deliveries_of = Text{"SELECT "} + delivery_columns + Text{" FROM {deliveries} JOIN ("};
inline constexpr auto refusals_of = Text{"SELECT "} + refusal_columns + Text{" FROM {refusals} JOIN ("};
inline constexpr std::string_view if_tokens_of = ") AS persons ON id = person";
inline constexpr std::string_view if_told_of = ") AS persons ON token_id = person";
inline constexpr std::string_view a_part_by_id = " ORDER BY id LIMIT ? OFFSET ?";
inline constexpr std::string_view a_part_of_refusals = " ORDER BY token_id, hour, error, network LIMIT ? OFFSET ?";

/// Begin what is asked of mails to a person; a list of as many `?` as there are spellings follows, and a parenthesis.
inline constexpr std::string_view count_mails_to = "SELECT COUNT(*) FROM {mails} WHERE recipient IN (";
inline constexpr auto mails_to = select_mails + Text{"WHERE recipient IN ("};

inline constexpr Text networks_of_deliveries{"SELECT DISTINCT network FROM {deliveries} WHERE token_id = ?"};
inline constexpr Text replace_network{"UPDATE {deliveries} SET network = ? WHERE token_id = ? AND network = ?"};

inline constexpr auto all_refusals_of_token = Text{"SELECT "} + refusal_columns + Text{" FROM {refusals} WHERE token_id = ?"};

/// Moves a tally to another network. 1 row, or a duplicate key if there is one; 0 if it is gone.
inline constexpr std::string_view move_refusals = "UPDATE {refusals} SET network = ? WHERE ";
/// Takes a tally away unless it has grown; a refusal_key and its number. 1 row, or 0 if it has.
inline constexpr std::string_view take_refusals = "DELETE FROM {refusals} WHERE times = ? AND ";

inline constexpr Text facts_of_token{"SELECT name, value FROM {facts} WHERE token_id = ?"};
inline constexpr Text drop_fact{"DELETE FROM {facts} WHERE token_id = ? AND name = ?"};

/// Gives mails up that wait, whoever has them in hand; a condition follows.
inline constexpr std::string_view give_mails_up =
    "UPDATE {mails} SET next_at = NULL, failed_at = ?, answer = 'erased', content = '', tries = tries + 1 "
    "WHERE next_at IS NOT NULL AND ";
/// Forgets what mails about something said.
inline constexpr Text empty_mails_about{"UPDATE {mails} SET content = '' WHERE content <> '' AND about = ?"};
/// Forgets to whom mails went, what they said, and what the mail server said of it. As many rows as there are.
inline constexpr Text erase_mails_to{
    "UPDATE {mails} SET recipient = '', content = '', answer = CASE WHEN answer = 'erased' THEN answer ELSE '' END "
    "WHERE recipient = ?"};

}  // namespace claimcheck::sql::statements
