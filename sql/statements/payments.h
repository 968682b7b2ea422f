#pragma once

#include "sql/statements/text.h"

/// Table `payments`.
namespace claimcheck::sql::statements {

/// Notes a payment. 1 row, or a duplicate key if it is noted.
inline constexpr Text add_payment{"INSERT INTO {payments} (id, state, changed_at) VALUES (?, ?, ?)"};
/// Notes that it was taken back. 1 row, or 0 if that is noted.
inline constexpr Text take_payment_back{"UPDATE {payments} SET state = ?, changed_at = ? WHERE id = ? AND state = 'paid'"};
inline constexpr Text find_payment{"SELECT state FROM {payments} WHERE id = ?"};

}  // namespace claimcheck::sql::statements
