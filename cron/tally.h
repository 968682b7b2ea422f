#pragma once

#include <cstdint>

#include "core/statistics.h"
#include "cron/run.h"

namespace claimcheck::cron {

/// How long an hour must be over before it is tallied: until then a web server's log may correct what was handed off, a worker
/// whose database was down may tell what it could not, and a download that broke off may be resumed.
inline constexpr std::chrono::hours settling_time{48};

/// Tallies the hours that are over, before the log forgets them. A run that is killed or out of time is continued by the next.
/// @param retention  how long the log tells of what has happened; hours are tallied that early at least
/// @return how many hours in which something may have happened were tallied. Throws Error{unavailable}.
std::int64_t tally(Tally& tally, seconds retention, const Run& run);

}  // namespace claimcheck::cron
