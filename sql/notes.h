#pragma once

#include <optional>
#include <string>

#include "sql/database.h"

namespace claimcheck::sql {

// What a program remembers from one run to the next, in table `meta`. Names have at most 100 characters, values 1,000.

/// @return nothing if nothing is noted under that name. Throws Error{unavailable}.
std::optional<std::string> find_note(Database& database, const std::string& name);

/// Notes something, in place of what was noted before. Throws Error{unavailable}.
void keep_note(Database& database, const std::string& name, const std::string& value);

}  // namespace claimcheck::sql
