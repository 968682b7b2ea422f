#pragma once

#include "core/delivery_log.h"
#include "core/outbox.h"
#include "sql/row.h"

namespace claimcheck::sql {

// Rows of the log and of the outbox as records. Each throws Error{internal} if the row was not written by this program.

/// @param row  in the order of statements::delivery_columns
DeliveryRecord read_delivery(const Row& row);
/// @param row  in the order of statements::refusal_columns
RefusalRecord read_refusals(const Row& row);
/// @param row  in the order of statements::mail_columns
Mail read_mail(const Row& row);

}  // namespace claimcheck::sql
