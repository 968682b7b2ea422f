#include "core/payments.h"

namespace claimcheck {

const char* to_string(PaymentState state) {
  switch (state) {
    case PaymentState::paid:
      return "paid";
    case PaymentState::refunded:
      return "refunded";
    case PaymentState::disputed:
      return "disputed";
  }
  return "";
}

std::optional<PaymentState> parse_payment_state(std::string_view word) {
  for (const PaymentState state : {PaymentState::paid, PaymentState::refunded, PaymentState::disputed})
    if (word == to_string(state)) return state;
  return std::nullopt;
}

}  // namespace claimcheck
