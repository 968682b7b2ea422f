#pragma once

#include <cstdint>

#include "core/delivery_log.h"

namespace claimcheck::cron {

/// Forgets the log's deliveries and refusals that ended before a moment, in batches. No limit depends on them.
/// @return how many rows went. Throws Error{unavailable}.
std::int64_t purge(DeliveryLog& log, Time before);

}  // namespace claimcheck::cron
