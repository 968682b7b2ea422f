#pragma once

#include <string_view>

#include "sql/statements/text.h"

/// Table `mails`.
namespace claimcheck::sql::statements {

inline constexpr Text mail_columns{
    "id, kind, about, occasion, recipient, content, created_at, next_at, tries, sent_at, failed_at, answer"};
inline constexpr Text select_mails = Text{"SELECT "} + mail_columns + Text{" FROM {mails} "};

/// Begins the queueing of mails; a list of values follows for each.
inline constexpr auto add_mails = Text{"INSERT INTO {mails} ("} + mail_columns + Text{") VALUES "};
inline constexpr std::string_view mail_values = "(?,?,?,?,?,?,?,?,?,?,?,?)";

/// Mails to be tried by a moment, those first that wait longest.
inline constexpr auto due_mails = select_mails + Text{"WHERE next_at <= ? ORDER BY next_at, id LIMIT ?"};

/// Takes a mail in hand. 1 row, or 0 if somebody else has.
inline constexpr Text claim_mail{
    "UPDATE {mails} SET next_at = ?, tries = tries + 1 WHERE id = ? AND next_at = ? AND tries = ?"};

/// Writes what became of a mail.
inline constexpr Text replace_mail{
    "UPDATE {mails} SET next_at = ?, sent_at = ?, failed_at = ?, answer = ?, content = ? WHERE id = ? AND tries = ?"};

inline constexpr Text count_sent_mails{"SELECT COUNT(*) FROM {mails} WHERE sent_at >= ?"};
inline constexpr Text count_failed_mails{"SELECT COUNT(*) FROM {mails} WHERE failed_at >= ?"};
inline constexpr Text count_waiting_mails{"SELECT COUNT(*), MIN(created_at) FROM {mails} WHERE next_at IS NOT NULL"};

inline constexpr auto find_mail_by_id = select_mails + Text{"WHERE id = ?"};
/// The newest mail of a kind about something; 0 or 1 row.
inline constexpr auto find_mail_about = select_mails + Text{"WHERE about = ? AND kind = ? ORDER BY id DESC LIMIT 1"};
inline constexpr auto list_mails = select_mails + Text{"ORDER BY id DESC LIMIT ?"};

/// Forgets the contents of mails that are over; a list of as many `?` as they are about follows, and a parenthesis.
inline constexpr std::string_view empty_mails =
    "UPDATE {mails} SET content = '' WHERE next_at IS NULL AND content <> '' AND about IN (";

/// Mails that were over before a moment; bound twice, then the limit.
inline constexpr Text old_mails{"SELECT id FROM {mails} WHERE sent_at < ? OR failed_at < ? LIMIT ?"};
inline constexpr std::string_view forget_mails = "DELETE FROM {mails} WHERE id IN (";

}  // namespace claimcheck::sql::statements
