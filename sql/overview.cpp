#include "core/overview.h"

#include "sql/lock_note.h"
#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {

LiveTokens SqlOverview::live_tokens(Time now, Time expiring_by) {
  const auto rows =
      database_.query(statements::count_live_tokens, {to_value(expiring_by), to_value(now), to_value(now), most_live_counted});
  Columns columns{rows.at(0)};
  LiveTokens live;
  live.all = columns.number();
  live.expiring = columns.number();
  return live;
}

std::optional<LockExamination> SqlOverview::lock() {
  return noted_lock(database_);
}

}  // namespace claimcheck::sql
