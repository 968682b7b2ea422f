#pragma once

#include "sql/statements/text.h"

/// Table `meta`, and what the server says about itself.
namespace claimcheck::sql::statements {

/// All that the database says about itself: (name, value).
inline constexpr Text list_meta{"SELECT name, value FROM {meta}"};

/// What is noted under a name; 0 or 1 row.
inline constexpr Text find_meta{"SELECT value FROM {meta} WHERE name = ?"};

/// Notes something else under a name. 1 row, or 0 if there is none of that name or it says so already.
inline constexpr Text replace_meta{"UPDATE {meta} SET value = ? WHERE name = ? AND value <> ?"};

/// Notes something. 1 row, or a duplicate key if the name exists.
inline constexpr Text add_meta{"INSERT INTO {meta} (name, value) VALUES (?, ?)"};

/// How durable a commit is: 1 means it survives a power failure. MySQL only.
inline constexpr Text durability{"SELECT CAST(@@GLOBAL.innodb_flush_log_at_trx_commit AS SIGNED)"};

}  // namespace claimcheck::sql::statements
