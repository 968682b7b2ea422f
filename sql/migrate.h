#pragma once

#include <string>
#include <vector>

#include "sql/database.h"

namespace claimcheck::sql {

/// Brings the schema up to this binary's version: applies the numbered files of sql/schema/ that are not recorded in table
/// `meta` yet, in order, under a lock, each recorded right after it ran.
/// @return the names of the files applied now; empty if the schema was current.
/// Throws Error{unavailable}, also if the schema's major number is newer than this binary knows. A connection whose time-out
/// is long should be used for tables that hold much already.
std::vector<std::string> migrate(Database& database);

/// The names of the files that migrate() would apply. Reads only; a database without tables needs all of them. Throws
/// Error{unavailable} like migrate().
std::vector<std::string> pending_migrations(Database& database);

}  // namespace claimcheck::sql
