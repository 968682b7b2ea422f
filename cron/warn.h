#pragma once

#include <cstdint>

#include "core/delivery_log.h"
#include "core/token_store.h"
#include "cron/notices.h"
#include "cron/run.h"

namespace claimcheck::cron {

/// Queues a mail to each holder whose link will expire within its policy's `warn_before` and whose file was not fetched
/// completely; once for each moment of expiry, so again only if the link was extended. A warning that was missed until the
/// expiry is not sent any more.
/// @return how many mails were queued. Throws Error{unavailable}.
std::int64_t warn(WarningSchedule& schedule, DeliveryLog& log, Notices& notices, const Run& run);

/// Whether the file of a token was fetched completely: by one of its claims, or, without a limit of uses, by a delivery that
/// the log tells of.
bool was_fetched(const Token& token, DeliveryLog& log);

}  // namespace claimcheck::cron
