#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/removals.h"
#include "core/storage.h"
#include "core/token_store.h"
#include "cron/run.h"

namespace claimcheck::cron {

/// What one run of the job did.
struct RemoveReport {
  std::int64_t files = 0;    ///< removed
  std::int64_t failed = 0;   ///< could not be removed; tried again by the next run
  std::string fault;         ///< why, of the last that failed
  bool unreachable = false;  ///< since a storage cannot be reached
};

/// For a dry run: the real ones, and what would be added to them.
class ForeseenRemovals final : public Removals {
 public:
  explicit ForeseenRemovals(Removals& real) : real_(real) {}
  void add(const Removal& removal) override;
  std::vector<Removal> list(const std::string& after, int limit) override;
  void drop(const Removal&) override {}

 private:
  Removals& real_;
  std::map<std::string, Removal> foreseen_;
};

/// Removes the files that `expire` has noted, unless a token that is not ended for good refers to them, or they are other ones
/// by now. Whoever issues a token for such a file at this moment finds it either kept or gone, see Storage::remove(). A storage
/// that cannot be reached fails; its files never count as gone.
/// Throws Error{unavailable} if the database cannot be reached.
RemoveReport remove_files(Removals& removals, TokenSweep& sweep, const Storages& storages, const Run& run);

}  // namespace claimcheck::cron
