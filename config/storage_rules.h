#pragma once

#include <string>
#include <vector>

#include "core/settings.h"

namespace claimcheck::config {

/// Whether a storage is of a kind that keeps its files in a bucket.
bool is_bucket(const StorageSettings& storage);

/// What a storage lacks for its kind, or has that only fits others, for people.
std::vector<std::string> faults_of(const StorageSettings& storage);

}  // namespace claimcheck::config
