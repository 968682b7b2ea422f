#pragma once

#include "core/time.h"
#include "htaccess/finding.h"
#include "sql/database.h"

namespace claimcheck::admin {

/// Whether the database answers, has its tables, keeps what it commits, and has the time that this machine has; and whether
/// the cron runs. Changes nothing.
/// @param here    this machine's clock
/// @param cron    the program that ought to run, for the fix
htaccess::Findings check_database(sql::Database& database, const sql::Target& target, Time here, const std::string& cron);

}  // namespace claimcheck::admin
