#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace claimcheck {

/// Whether anything is changed.
enum class RunMode { real, dry_run };

/// What became of cleaning up: ending what is over, removing files that nobody needs, forgetting what is old.
struct CleanupReport {
  std::vector<std::pair<std::string, std::int64_t>> counts;  ///< "expired", "files_removed" …, as claimcheck-cron has them
  std::vector<std::string> faults;                           ///< what could not be done, for people
};

/// Cleans up as claimcheck-cron does, for some seconds at most. Throws Error{unavailable} if somebody else is at it.
using CleanUp = std::function<CleanupReport(RunMode)>;

}  // namespace claimcheck
