#pragma once

#include <vector>

#include "bench/plan.h"
#include "bench/report.h"
#include "bench/stage.h"

namespace claimcheck::bench {

/// Thousands of slow downloads at once through one worker behind nginx: what they cost in memory. Prints a table.
std::vector<Promise> measure_memory(Stage& stage, const Plan& plan);

}  // namespace claimcheck::bench
