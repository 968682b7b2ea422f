#pragma once

#include <cstdint>
#include <functional>

#include "cron/run.h"

namespace claimcheck::cron {

/// Forgets what is older than it has to be, batch by batch, until nothing is left or time is up.
/// @param forget  forgets at most so many rows, and says how many those were
/// @return how many rows went. Throws whatever `forget` throws.
std::int64_t purge(const std::function<std::int64_t(int limit)>& forget, const Run& run);

}  // namespace claimcheck::cron
