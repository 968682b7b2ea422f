#pragma once

#include <vector>

#include "config/config.h"

namespace claimcheck::config {

/// Adds a fault for each table that names another which is not there or does not fit, and for each that lacks what its own kind
/// needs.
void require_consistent(const Config& config, std::vector<Fault>& faults);

}  // namespace claimcheck::config
