#pragma once

#include <optional>

#include "core/overview.h"
#include "sql/database.h"

namespace claimcheck::sql {

/// Notes in table `meta` what was found of the lock, in place of what was found before. Throws Error{unavailable}.
void note_lock(Database& database, const LockExamination& examination);

/// @return nothing if the lock was never examined. Throws Error{unavailable}.
std::optional<LockExamination> noted_lock(Database& database);

}  // namespace claimcheck::sql
