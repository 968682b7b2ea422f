#include "core/payments.h"

#include "core/error.h"
#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {

PaymentState SqlPayments::note(const std::string& id, PaymentState state, Time now) {
  const std::string word = to_string(state);
  if (!insert_once(database_, statements::add_payment, {id, word, to_value(now)}, [] { return true; }) &&
      state != PaymentState::paid)
    execute_surely(database_, statements::take_payment_back, {word, to_value(now), id});
  const auto known = find(id);
  if (!known) throw Error{Errc::unavailable, "a payment that was noted is not there"};
  return *known;
}

std::optional<PaymentState> SqlPayments::find(const std::string& id) {
  const std::vector<Row> rows = database_.query(statements::find_payment, {id});
  if (rows.empty()) return std::nullopt;
  const auto state = parse_payment_state(Columns{rows.front()}.text());
  if (!state) throw Error{Errc::internal, "table payments has an unknown state"};
  return state;
}

}  // namespace claimcheck::sql
