#pragma once

#include <cstdint>

#include "core/delivery_log.h"
#include "core/token_store.h"
#include "cron/notices.h"
#include "cron/run.h"

namespace claimcheck::cron {

/// What the job did, and where the next run goes on.
struct FailureReport {
  std::int64_t queued = 0;  ///< mails to the operator; in a dry run of the first batch, also those that are queued already
  Time read_until;          ///< refusals up to here have been looked at
};

/// Queues a mail to the operator for each token whose holder was refused since `since` for a reason that is the operator's to
/// mend: the file is missing, or was replaced. One for each token and reason.
/// Throws Error{unavailable}.
FailureReport report_failures(TokenStore& tokens, RefusalFeed& refusals, Notices& notices, Time since, const Run& run);

}  // namespace claimcheck::cron
