#pragma once

#include "sql/database.h"

namespace claimcheck::sql {

/// Whether a commit survives a power failure of the database's machine. SQLite's do, as we open it. Throws Error{unavailable}.
bool is_durable(Database& database, const Target& target);

}  // namespace claimcheck::sql
