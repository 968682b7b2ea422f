#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/token.h"

namespace claimcheck {

/// How a delivery ended.
enum class Outcome {
  complete,     ///< every byte of its range was handed over
  aborted,      ///< the client went away or stopped reading
  interrupted,  ///< the worker died; known by its last checkpoint
  handed_off,   ///< the web server sent it; what arrived is unknown
  failed,       ///< reading the file failed
};

/// "complete", "aborted" …: the word in tables, JSON and logs.
const char* to_string(Outcome outcome);
/// @return nothing if `word` names no outcome.
std::optional<Outcome> parse_outcome(std::string_view word);

/// One finished delivery, as the log keeps it. The log explains what happened; no limit is ever derived from it.
struct DeliveryRecord {
  std::string id;
  TokenId token;
  std::string claim;  ///< empty for a token without a limit
  Time started;
  Time ended;
  Range range;  ///< what the response was to carry: where it began, and how many bytes in all
  std::uint64_t sent = 0;
  Outcome outcome = Outcome::complete;
  std::string network;  ///< the client's network, anonymised

  bool operator==(const DeliveryRecord&) const = default;
};

/// The record of a delivery that is over.
DeliveryRecord record_of(const TokenId& token, const std::string& claim, const ActiveDelivery& delivery, std::uint64_t sent,
                         Outcome outcome, Time ended);

/// Keeps finished deliveries. One object belongs to one thread. Methods may throw Error{unavailable}.
class DeliveryLog {
 public:
  virtual ~DeliveryLog() = default;
  virtual void append(const DeliveryRecord& record) = 0;
  /// The newest `limit` deliveries of a token, newest first.
  virtual std::vector<DeliveryRecord> of_token(const TokenId& token, int limit) = 0;
};

}  // namespace claimcheck
