#pragma once

#include <vector>

#include "bench/plan.h"
#include "bench/report.h"
#include "bench/stage.h"

namespace claimcheck::bench {

/// Small files on single-use links, and links that are refused, 32 at a time: requests a second. Prints a table.
std::vector<Promise> measure_requests(Stage& stage, const Plan& plan);

}  // namespace claimcheck::bench
