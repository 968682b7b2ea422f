#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace claimcheck {

/// The fact that names the payment which a token is for, by the payment service's id.
inline constexpr const char* payment_fact = "payment_intent_id";

/// What the payment service has told of a payment. Once it was taken back it stays so, in whatever order the news come.
enum class PaymentState { paid, refunded, disputed };

/// "paid", "refunded" or "disputed".
const char* to_string(PaymentState state);
/// @return nothing if `word` names no state.
std::optional<PaymentState> parse_payment_state(std::string_view word);

/// Something that the payment service tells of a payment.
struct PaymentEvent {
  PaymentState state = PaymentState::paid;
  std::string payment;   ///< its id
  std::string email;     ///< the payer's; may be empty
  std::string platform;  ///< what was bought, if the payment's metadata say so: "macos", "windows" or "linux"
};

/// Reads what somebody posted who says that he is the payment service.
/// @return nothing if it is about something else
/// Throws Error{bad_request} unless the signature proves who sent it, and when.
using ReadPaymentEvent =
    std::function<std::optional<PaymentEvent>(const std::string& signature, const std::string& body, Time now)>;

/// Payments of which something was told. One object belongs to one thread. Methods may throw Error{unavailable}; what they
/// were to note may be told to them again.
class Payments {
 public:
  virtual ~Payments() = default;

  /// Notes what was told. What was paid can be refunded or disputed later; nothing else changes.
  /// @param id  the payment service's own
  /// @return what is known now
  virtual PaymentState note(const std::string& id, PaymentState state, Time now) = 0;

  virtual std::optional<PaymentState> find(const std::string& id) = 0;
};

}  // namespace claimcheck
