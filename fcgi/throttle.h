#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "fcgi/horizons.h"

namespace claimcheck::fcgi {

/// A rate that the deliveries of one claim share: each reserves what it will send next and is told when. Fair, because
/// reservations are served in the order they are made. Safe to share between threads, and by its horizon between processes.
class Rate {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// @param per_second  bytes, at least 1
  /// @param burst       bytes that may go out at once after a pause
  /// @param shared      when all that is reserved will have been sent; must outlive it; without it, its own
  Rate(std::uint64_t per_second, std::uint64_t burst, Horizon* shared = nullptr)
      : per_second_(per_second), burst_(burst), horizon_(shared == nullptr ? own_ : *shared) {}

  /// How much to reserve at a time: small enough to be even, large enough to be cheap.
  std::uint64_t portion() const;
  /// When `bytes` may be sent; they are taken as sent.
  SteadyTime reserve(std::uint64_t bytes, SteadyTime now);

 private:
  std::int64_t time_for(std::uint64_t bytes) const;

  std::uint64_t per_second_, burst_;
  Horizon own_ = 0;
  Horizon& horizon_;
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

/// The rates in use. Safe to share between threads.
class Rates {
 public:
  /// Known to this process alone.
  Rates() = default;
  /// Shared by all processes of this user that give the same name, in POSIX shared memory; if there is none to be had, known to
  /// this process alone.
  explicit Rates(const std::string& shared_name) : horizons_(shared_name) {}

  /// The rate that everybody shares who asks for the same `name`, as long as anybody uses it.
  std::shared_ptr<Rate> share(const std::string& name, std::uint64_t per_second, std::uint64_t burst);
  bool is_shared() const { return horizons_.is_shared(); }

 private:
  Horizons horizons_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Rate>> rates_;
};

}  // namespace claimcheck::fcgi
