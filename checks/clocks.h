#pragma once

#include <chrono>
#include <functional>

#include "core/time.h"

namespace claimcheck::checks {

/// A clock that is never set; for how long ago something was.
using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

/// The clocks of main().
struct Clocks {
  Clock now;
  SteadyClock steady;
};

}  // namespace claimcheck::checks
