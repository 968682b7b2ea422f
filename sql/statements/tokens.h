#pragma once

#include <string_view>

#include "sql/statements/text.h"

/// Tables `tokens`, `facts` and `old_secrets`.
namespace claimcheck::sql::statements {

inline constexpr Text token_columns{
    "id, digest, storage, file, filename, size, mtime_ns, policy, email, rules, created_at, expires_at, revoked_at, "
    "cleaned_at, max_uses, uses, claims, revision, facts, bound_to"};
inline constexpr Text select_tokens = Text{"SELECT "} + token_columns + Text{" FROM {tokens} "};

/// Begins the adding of tokens with everything that belongs to them; token_values follow. 1 row each, or a duplicate key if an
/// id or digest exists.
inline constexpr auto add_tokens =
    Text{"INSERT INTO {tokens} ("} + token_columns + Text{", ends_at, tidy_at, warn_at) VALUES "};
inline constexpr Text token_values{"(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
inline constexpr auto add_token = add_tokens + token_values;

/// Makes a token findable by one of its facts.
inline constexpr Text add_fact{"INSERT INTO {facts} (token_id, name, value) VALUES (?, ?, ?)"};

/// The token that a secret opens; 0 or 1 row.
inline constexpr auto find_token_by_digest = select_tokens + Text{"WHERE digest = ?"};

/// The token of that id; 0 or 1 row.
inline constexpr auto find_token_by_id = select_tokens + Text{"WHERE id = ?"};

/// Begin the search for tokens; a list of as many `?` as there are keys follows, and a parenthesis.
inline constexpr auto find_tokens_by_digest = select_tokens + Text{"WHERE digest IN ("};
inline constexpr auto find_tokens_by_id = select_tokens + Text{"WHERE id IN ("};

/// Writes a token's mutable state if nobody changed it since `revision` was read. Changes 1 row, or 0 if somebody did. A
/// warning becomes due again if the token expires at another moment than the first one bound or was revoked, and never if that
/// is NULL; it comes first, since MySQL goes by what stands left of it.
inline constexpr Text replace_token{
    "UPDATE {tokens} SET warn_at = CASE WHEN expires_at = ? AND revoked_at IS NULL THEN warn_at ELSE ? END, uses = ?, claims = "
    "?, expires_at = ?, "
    "revoked_at = ?, cleaned_at = ?, ends_at = ?, tidy_at = ?, email = ?, facts = ?, digest = ?, max_uses = ?, bound_to = ?, "
    "revision = revision + 1 WHERE id = ? AND revision = ?"};

/// The same of what downloads change.
inline constexpr Text replace_uses{
    "UPDATE {tokens} SET uses = ?, claims = ?, tidy_at = ?, revision = revision + 1 WHERE id = ? AND revision = ?"};

/// The same of several tokens: each column is set to `CASE id WHEN ? THEN ? … END`.
inline constexpr std::string_view columns_of_uses[] = {"uses", "claims", "tidy_at"};

/// A page of tokens before an id, newest first: the beginning, what may be asked besides, and the end.
inline constexpr auto list_tokens = select_tokens + Text{"WHERE id < ?"};
inline constexpr std::string_view of_email = " AND email = ?";
inline constexpr std::string_view of_fact = " AND id IN (SELECT token_id FROM {facts} WHERE name = ? AND value = ?)";
/// An id and three times the pattern of a part.
inline constexpr std::string_view of_search =
    " AND (id = ? OR LOWER(file) LIKE LOWER(?) ESCAPE '!' OR LOWER(filename) LIKE LOWER(?) ESCAPE '!' "
    "OR LOWER(email) LIKE LOWER(?) ESCAPE '!')";
inline constexpr std::string_view if_revoked = " AND revoked_at IS NOT NULL";
inline constexpr std::string_view if_expired = " AND revoked_at IS NULL AND expires_at <= ?";
inline constexpr std::string_view if_used_up =
    " AND revoked_at IS NULL AND expires_at > ? AND max_uses > 0 AND uses >= max_uses";
inline constexpr std::string_view if_active =
    " AND revoked_at IS NULL AND expires_at > ? AND (max_uses = 0 OR uses < max_uses)";
inline constexpr std::string_view page_of_tokens = " ORDER BY id DESC LIMIT ?";

/// How many tokens are live at a moment, and how many of those expire at another or before; bound are the other, then the one
/// twice, and how many are counted at most. The first two conditions follow from the others, and have an index, which tells
/// those first that end first.
inline constexpr Text count_live_tokens{R"(
  SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN expires_at <= ? THEN 1 ELSE 0 END), 0) AS SIGNED)
    FROM (SELECT expires_at FROM {tokens}
           WHERE cleaned_at IS NULL AND ends_at > ? AND revoked_at IS NULL AND expires_at > ?
                 AND (max_uses = 0 OR uses < max_uses)
           ORDER BY ends_at LIMIT ?) AS live)"};

/// Keeps the digest of a secret that was replaced. 1 row, or a duplicate key if it is kept.
inline constexpr Text add_old_secret{"INSERT INTO {old_secrets} (digest, token_id) VALUES (?, ?)"};
inline constexpr Text find_old_secret{"SELECT token_id FROM {old_secrets} WHERE digest = ?"};

/// Tokens that ended by a moment and are not cleaned yet, after an id, in the order of their ids.
inline constexpr auto ended_tokens =
    select_tokens + Text{"WHERE cleaned_at IS NULL AND ends_at <= ? AND id > ? ORDER BY id LIMIT ?"};

/// Tokens that need settling at a moment, after an id, in the order of their ids.
inline constexpr Text unsettled_tokens{"SELECT id FROM {tokens} WHERE tidy_at <= ? AND id > ? ORDER BY id LIMIT ?"};

/// Marks tokens that ended by a moment and are not cleaned; a list of as many `?` as there are ids follows, and a parenthesis.
/// The signs keep SQLite from going through all that have ended instead of these few.
inline constexpr std::string_view clean_tokens =
    "UPDATE {tokens} SET cleaned_at = ?, revision = revision + 1 WHERE +cleaned_at IS NULL AND +ends_at <= ? AND id IN (";

/// A token that refers to a file, is not cleaned, and ends after a moment; 0 or 1 row. The lengths are compared since MySQL's =
/// overlooks spaces at the end.
inline constexpr Text token_using_file{
    "SELECT 1 FROM {tokens} WHERE storage = ? AND file = ? AND LENGTH(file) = LENGTH(?) AND cleaned_at IS NULL AND ends_at > ? "
    "LIMIT 1"};

/// Tokens that were cleaned before a moment.
inline constexpr Text cleaned_tokens{"SELECT id FROM {tokens} WHERE cleaned_at < ? ORDER BY cleaned_at LIMIT ?"};

/// Forget facts, old secrets, or tokens; a list of as many `?` as there are ids follows, and a parenthesis.
inline constexpr std::string_view forget_facts = "DELETE FROM {facts} WHERE token_id IN (";
inline constexpr std::string_view forget_old_secrets = "DELETE FROM {old_secrets} WHERE token_id IN (";
inline constexpr std::string_view forget_tokens = "DELETE FROM {tokens} WHERE id IN (";

/// Tokens whose warning is due by a moment, after an id, in the order of their ids.
inline constexpr auto tokens_to_warn = select_tokens + Text{"WHERE warn_at <= ? AND id > ? ORDER BY id LIMIT ?"};

/// Notes that no warning is due any more; a condition follows for each token, with OR between them.
inline constexpr std::string_view note_warned = "UPDATE {tokens} SET warn_at = NULL WHERE ";
inline constexpr std::string_view warned_token = "(id = ? AND expires_at = ? AND warn_at IS NOT NULL)";

}  // namespace claimcheck::sql::statements
