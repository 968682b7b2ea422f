#pragma once

#include <optional>
#include <string>

#include "sql/database.h"

namespace claimcheck::sql {

inline const std::string cron_heartbeat = "cron_ran_at";

/// Notes in table `meta` that something has run. Throws Error{unavailable}.
void beat(Database& database, const std::string& name, Time now);

/// When it ran last, by the database's clock. @return nothing if it never did. Throws Error{unavailable}.
std::optional<Time> last_beat(Database& database, const std::string& name);

}  // namespace claimcheck::sql
