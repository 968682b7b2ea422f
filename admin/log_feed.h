#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "core/enforcement.h"
#include "core/server_log.h"

namespace claimcheck::admin {

/// What became of the lines of a web server's log; those of requests that were no delivery left out.
struct FeedReport {
  std::int64_t complete = 0, aborted = 0;  ///< handed-off deliveries that were corrected
  std::int64_t known = 0;                  ///< deliveries whose outcome was known already: most were streamed
  std::int64_t unknown = 0;                ///< of which the log of deliveries never heard
  std::int64_t failed = 0;                 ///< whose token is damaged
  std::int64_t dropped = 0;                ///< not looked at: too many were waiting

  bool operator==(const FeedReport&) const = default;
};

/// Corrects handed-off deliveries by what a web server's log says of them. A worker tells of its deliveries up to a second
/// late, so a line is looked at several times, within some seconds. Belongs to the thread of its stores.
class LogFeed {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  static constexpr std::size_t most_waiting = 100'000;

  /// Keeps references; all must outlive it.
  LogFeed(TokenStore& tokens, DeliveryCorrections& log, const Pause& pause) : tokens_(tokens), log_(log), pause_(pause) {}

  /// Takes a line that stands at `place`. If it is full, the line is dropped.
  void take(std::string_view line, std::uint64_t place, SteadyTime now);
  bool full() const { return waiting_.size() >= most_waiting; }
  bool empty() const { return waiting_.empty(); }

  /// When there is something to do; SteadyTime::max() if never.
  SteadyTime due() const { return empty() ? SteadyTime::max() : waiting_.begin()->first; }
  /// Looks at some of the lines that are due. Throws Error{unavailable}; it may be called again then, nothing is forgotten.
  void work(SteadyTime now);

  /// The place of the first line that is not done with.
  std::optional<std::uint64_t> first_place() const;
  const FeedReport& report() const { return report_; }

 private:
  struct Waiting {
    LoggedDelivery logged;
    std::uint64_t place = 0;
    std::size_t looks = 0;
  };

  void correct_claim(const DeliveryRecord& record);
  void correct(const DeliveryRecord& record, const LoggedDelivery& logged);
  void look_again(Waiting waiting, SteadyTime now);

  TokenStore& tokens_;
  DeliveryCorrections& log_;
  const Pause& pause_;
  std::multimap<SteadyTime, Waiting> waiting_;  ///< by when they are due
  FeedReport report_;
};

}  // namespace claimcheck::admin
