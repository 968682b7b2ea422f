#pragma once

#include <functional>
#include <string>

#include "core/removals.h"
#include "core/storage.h"
#include "cron/run.h"

namespace claimcheck::cron {

/// What came of an attempt to remove a file; in a dry run, what would come of it.
struct RemovalAttempt {
  Storage::Removed outcome = Storage::Removed::wanted;
  std::string fault;  ///< empty unless it failed
  bool unreachable = false;
};

/// Removes a file unless `wanted` says that somebody needs it, see Storage::remove().
/// Throws what `wanted` throws; then the file stays.
RemovalAttempt attempt_removal(const Storage& storage, const Removal& removal, const std::function<bool()>& wanted, Mode mode);

}  // namespace claimcheck::cron
