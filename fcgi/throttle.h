#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace claimcheck::fcgi {

/// A rate that the deliveries of one claim share: each reserves what it will send next and is told when. Fair, because
/// reservations are served in the order they are made. Safe to share between threads.
class Rate {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// @param per_second  bytes, at least 1
  /// @param burst       bytes that may go out at once after a pause
  Rate(std::uint64_t per_second, std::uint64_t burst) : per_second_(per_second), burst_(burst) {}

  /// How much to reserve at a time: small enough to be even, large enough to be cheap.
  std::uint64_t portion() const;
  /// When `bytes` may be sent; they are taken as sent.
  SteadyTime reserve(std::uint64_t bytes, SteadyTime now);

 private:
  std::chrono::nanoseconds time_for(std::uint64_t bytes) const;

  std::uint64_t per_second_, burst_;
  std::mutex mutex_;
  SteadyTime next_;  ///< when all that is reserved will have been sent at the rate
};

/// How many are doing something at once, by name. Safe to share between threads.
class Crowds {
 public:
  /// @return what makes room when it is let go; nothing if `most` are there already
  std::shared_ptr<void> enter(const std::string& name, std::size_t most);

 private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> counts_;
};

/// The rates in use in this process. Safe to share between threads.
class Rates {
 public:
  /// The rate that everybody shares who asks for the same `name`, as long as anybody holds it.
  std::shared_ptr<Rate> share(const std::string& name, std::uint64_t per_second, std::uint64_t burst);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Rate>> rates_;
};

}  // namespace claimcheck::fcgi
