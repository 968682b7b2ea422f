#pragma once

#include <cstdint>

#include "core/removals.h"
#include "core/token_store.h"
#include "cron/notices.h"
#include "cron/run.h"

namespace claimcheck::cron {

/// What one run of the job did.
struct ExpireReport {
  std::int64_t tokens = 0;  ///< marked as ended
  std::int64_t told = 0;    ///< of these, mails to the operator about downloads that were begun and never completed
};

/// Marks tokens whose right has ended, unless somebody is still reading by them, and notes the files that their policies say
/// to remove for `remove_files`. Works in batches until nothing is due; files are noted before their tokens are marked, so a
/// run that is killed is continued by the next one, and a token that is extended meanwhile stays as it is.
/// @param removals  in a dry run one that only remembers, such as ForeseenRemovals
/// @param notices   nullptr if no mail is sent
/// Throws Error{unavailable}.
ExpireReport expire(TokenSweep& sweep, Removals& removals, Notices* notices, const Run& run);

}  // namespace claimcheck::cron
