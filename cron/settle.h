#pragma once

#include <cstdint>

#include "core/delivery_log.h"
#include "core/enforcement.h"
#include "core/token_store.h"
#include "cron/notices.h"
#include "cron/run.h"

namespace claimcheck::cron {

/// What one run of the job did.
struct SettleReport {
  std::int64_t interrupted = 0;  ///< deliveries whose worker had died
  std::int64_t given_back = 0;   ///< uses whose claim never got a byte
  std::int64_t receipts = 0;     ///< mails about completed downloads, queued
};

/// Ends the deliveries that dead workers left, as interrupted by their last checkpoints, logs them, and gives unused claims
/// back; what the next request for the token would do too. Queues the receipts of claims that were completed since. Each token
/// is one compare-and-swap, so a run that is killed is continued by the next one, and several at once do no harm.
/// @param notices  nullptr if no mail is sent
/// Throws Error{unavailable}.
SettleReport settle(TokenStore& tokens, TokenSweep& sweep, DeliveryLog& log, Notices* notices, const Pause& pause,
                    const Run& run);

}  // namespace claimcheck::cron
