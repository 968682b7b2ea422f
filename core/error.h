#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace claimcheck {

/// What went wrong, named by what the caller can do about it. Each value is one row of the error table (fcgi/error_table.h).
enum class Errc {
  bad_request,
  missing_token,
  invalid_token,
  token_expired,
  token_revoked,
  usage_limit_exceeded,
  download_in_progress,
  not_ready,
  payment_required,
  address_not_allowed,
  country_not_allowed,
  file_not_attached,
  file_not_found,
  file_changed,
  rate_limited,
  unauthorized,
  forbidden,
  method_not_allowed,
  payload_too_large,
  precondition_failed,
  range_not_satisfiable,
  unavailable,
  internal,
};

/// One field of an error's `details`: text, or a whole number.
using Detail = std::variant<std::string, std::int64_t>;

/// Named facts that help the person who reads the refusal ("expired_at", "max_uses" …), in the order they are shown.
using Details = std::vector<std::pair<std::string, Detail>>;

/// The one exception of this code base. `what()` is for the log and may name internals; what a visitor is told comes from
/// the error table and from `details`.
class Error : public std::exception {
 public:
  explicit Error(Errc code, std::string message = {}, Details details = {})
      : code_(code), message_(std::move(message)), details_(std::move(details)) {}

  Errc code() const noexcept { return code_; }
  const Details& details() const noexcept { return details_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Errc code_;
  std::string message_;
  Details details_;
};

/// What a value is refused with: bad_request, with `details.field` naming it.
inline Error bad_value(const std::string& field, const std::string& message) {
  return Error{Errc::bad_request, message, {{"field", field}}};
}

/// Throws bad_value() unless `holds`.
inline void require(bool holds, const char* field, const char* message) {
  if (!holds) throw bad_value(field, message);
}

}  // namespace claimcheck
