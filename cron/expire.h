#pragma once

#include <cstdint>

#include "core/enforcement.h"
#include "core/storage.h"
#include "core/token_store.h"
#include "cron/mode.h"

namespace claimcheck::cron {

/// What one run of a job did.
struct ExpireReport {
  std::int64_t tokens = 0;  ///< marked as ended
  std::int64_t files = 0;   ///< removed
  std::int64_t failed = 0;  ///< files that could not be removed; tried again by the next run
};

/// Marks tokens whose right has ended, and removes the file of each whose policy says so, unless another live token refers to
/// it. Works in batches until nothing is due; a token is marked after its file is gone, so a run that is killed is continued
/// by the next one. A storage that cannot be reached stops the job.
/// Throws Error{unavailable}.
ExpireReport expire(TokenStore& tokens, TokenSweep& sweep, const Storages& storages, Mode mode, Time now);

}  // namespace claimcheck::cron
