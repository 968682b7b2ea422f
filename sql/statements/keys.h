#pragma once

#include "sql/statements/text.h"

/// Table `api_keys`.
namespace claimcheck::sql::statements {

inline constexpr Text key_columns{"id, name, digest, scopes, created_at, revoked_at"};
inline constexpr Text select_keys = Text{"SELECT "} + key_columns + Text{" FROM {api_keys} "};

/// Adds a key. 1 row, or a duplicate key if its id or digest exists.
inline constexpr auto add_key = Text{"INSERT INTO {api_keys} ("} + key_columns + Text{") VALUES (?, ?, ?, ?, ?, ?)"};

/// The key that a bearer's text opens, revoked or not; 0 or 1 row.
inline constexpr auto find_key_by_digest = select_keys + Text{"WHERE digest = ?"};

/// The key of that id; 0 or 1 row.
inline constexpr auto find_key_by_id = select_keys + Text{"WHERE id = ?"};

/// All keys, oldest first.
inline constexpr auto list_keys = select_keys + Text{"ORDER BY created_at, id"};

/// Revokes a key. 1 row, or 0 if there is none of that id or it is revoked already.
inline constexpr Text revoke_key{"UPDATE {api_keys} SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"};

}  // namespace claimcheck::sql::statements
