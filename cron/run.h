#pragma once

#include <functional>

#include "core/cleanup.h"
#include "core/time.h"

namespace claimcheck::cron {

/// Whether a job changes anything.
using Mode = RunMode;

/// What all jobs of one run go by.
struct Run {
  Time now;
  Mode mode = Mode::real;
  /// Whether it is time to stop: what is left is the next run's. Asked between two batches.
  std::function<bool()> time_is_up = [] { return false; };
};

/// Tokens are read so many at once.
inline constexpr int batch = 200;

}  // namespace claimcheck::cron
