#pragma once

#include <vector>

#include "bench/plan.h"
#include "bench/report.h"
#include "bench/stage.h"

namespace claimcheck::bench {

/// One big file, one client at a time, by every way: bytes a second and CPU seconds per 10^9 bytes. Prints a table.
std::vector<Promise> measure_bandwidth(Stage& stage, const Plan& plan);

}  // namespace claimcheck::bench
