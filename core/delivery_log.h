#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/token.h"

namespace claimcheck {

struct DeadDelivery;  // core/progress.h

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
  Grounds grounds = Grounds::opened;  ///< why it was admitted
  std::string network;                ///< what is recorded of the client's address
  /// It made its claim complete, or, without a limit, carried the whole file; if it was handed off, as far as is known.
  bool completed = false;

  bool operator==(const DeliveryRecord&) const = default;
};

/// The record of a delivery that is over.
DeliveryRecord record_of(const TokenId& token, const std::string& claim, const ActiveDelivery& delivery, std::uint64_t sent,
                         Outcome outcome, Time ended);
/// The same of one that was ended by its last checkpoint.
DeliveryRecord record_of(const TokenId& token, const DeadDelivery& dead, Time ended);

/// Requests for a token that were refused: one record for all of the same reason, network and hour, so that nobody can fill
/// the log by asking.
struct RefusalRecord {
  TokenId token;
  std::string error;    ///< "usage_limit_exceeded" …: the word of the error table
  std::string network;  ///< what is recorded of the client's address
  Time first, last;
  std::int64_t times = 1;

  bool operator==(const RefusalRecord&) const = default;
};

/// Whether two refusals are told of in one record.
bool told_together(const RefusalRecord& left, const RefusalRecord& right);
/// Adds a later refusal to an earlier record that tells of both.
void add(RefusalRecord& record, const RefusalRecord& later);

/// Keeps what has happened. One object belongs to one thread. Methods may throw Error{unavailable}; what they were to keep
/// may be given to them again.
class DeliveryLog {
 public:
  virtual ~DeliveryLog() = default;
  /// Appends deliveries; one whose id is in the log already is passed over.
  virtual void append(std::span<const DeliveryRecord> records) = 0;
  /// Counts refusals.
  virtual void count(std::span<const RefusalRecord> refusals) = 0;
  /// The newest `limit` deliveries of a token, newest first.
  virtual std::vector<DeliveryRecord> of_token(const TokenId& token, int limit) = 0;
  /// The newest `limit` refusals of a token, newest first.
  virtual std::vector<RefusalRecord> refusals_of_token(const TokenId& token, int limit) = 0;
  /// Removes at most `limit` deliveries and as many refusals that ended before a moment.
  /// @return how many rows went
  virtual std::int64_t prune(Time before, int limit) = 0;
};

/// The refusals that are the operator's to mend; the same connection as the DeliveryLog's, another reader.
class RefusalFeed {
 public:
  virtual ~RefusalFeed() = default;
  /// Those because of a file that is missing or was replaced which happened last at `since` or later, in that order.
  /// Throws Error{unavailable}.
  virtual std::vector<RefusalRecord> operators_faults(Time since, int limit) = 0;
};

/// What a web server's log needs beside a DeliveryLog, to say what it really sent; the same connection, another reader.
/// Methods may throw Error{unavailable}, and may be called again then.
class DeliveryCorrections {
 public:
  virtual ~DeliveryCorrections() = default;
  /// The deliveries of those ids that are in the log, in any order.
  virtual std::vector<DeliveryRecord> find(std::span<const std::string> ids) = 0;
  /// Writes what a delivery has sent, its outcome, and whether it completed anything, if it is in the log as handed_off.
  virtual void correct(const DeliveryRecord& record) = 0;
  /// None of a claim's deliveries has completed it, whatever was thought. This and correct() are the only changes to records
  /// that are ever made.
  virtual void take_back_completion(const TokenId& token, const std::string& claim) = 0;
};

}  // namespace claimcheck
