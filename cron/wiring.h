#pragma once

#include <functional>

#include "config/config.h"
#include "config/mail_key.h"
#include "core/seal.h"
#include "cron/jobs.h"

namespace claimcheck::cron {

/// The database's lock that whoever runs jobs holds: see sql::Database::with_lock().
inline constexpr const char* database_lock = "cron";

/// What a site's configuration says to jobs.
JobSettings job_settings(const config::Config& config);

/// JobPorts::seal as a site's configuration has it; empty if it has no mail. Refers to `config`.
/// @param if_missing  what to do if the key was never made
std::function<Seal()> mail_seal(const config::Config& config, config::IfMissing if_missing);

}  // namespace claimcheck::cron
