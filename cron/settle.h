#pragma once

#include <cstdint>

#include "core/delivery_log.h"
#include "core/enforcement.h"
#include "core/token_store.h"
#include "cron/mode.h"

namespace claimcheck::cron {

/// What one run of the job did.
struct SettleReport {
  std::int64_t interrupted = 0;  ///< deliveries whose worker had died
  std::int64_t given_back = 0;   ///< uses whose claim never got a byte
};

/// Ends the deliveries that dead workers left, as interrupted by their last checkpoints, logs them, and gives unused claims
/// back; what the next request for the token would do too. Each token is one compare-and-swap, so a run that is killed is
/// continued by the next one, and several at once do no harm.
/// Throws Error{unavailable}.
SettleReport settle(TokenStore& tokens, TokenSweep& sweep, DeliveryLog& log, const Pause& pause, Mode mode);

}  // namespace claimcheck::cron
