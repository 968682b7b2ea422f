#pragma once

#include "sql/statements/text.h"

/// Table `removals`.
namespace claimcheck::sql::statements {

/// Notes a file to be removed. 1 row, or a duplicate key if it is noted.
inline constexpr Text add_removal{"INSERT INTO {removals} (id, storage, file, size, mtime_ns) VALUES (?,?,?,?,?)"};

/// Notes another version of it. 1 row, or 0 if it is this.
inline constexpr Text replace_removal{
    "UPDATE {removals} SET size = ?, mtime_ns = ? WHERE id = ? AND (size <> ? OR mtime_ns <> ?)"};

/// Files to be removed, after an id, in the order of their ids.
inline constexpr Text list_removals{"SELECT storage, file, size, mtime_ns FROM {removals} WHERE id > ? ORDER BY id LIMIT ?"};

inline constexpr Text drop_removal{"DELETE FROM {removals} WHERE id = ?"};

}  // namespace claimcheck::sql::statements
