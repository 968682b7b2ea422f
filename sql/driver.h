#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "core/time.h"
#include "sql/database.h"

namespace claimcheck::sql {

/// What the placeholders in statements become on one connection.
struct Dialect {
  std::string table_prefix;
  std::string_view options;              ///< for {options}
  std::string_view if_absent;            ///< for {if_absent}
  std::string_view if_there;             ///< for {if_there}
  std::string_view new_open, new_close;  ///< for {new NAME}: what stands before the name and behind it
  Access access = Access::full;

  /// The statement as the driver gets it.
  std::string expand(std::string_view statement) const;
};

/// How long a statement that met a lock may be tried again: five times, while less than the time-out has passed.
class Patience {
 public:
  explicit Patience(seconds limit);

  /// Waits some milliseconds, more each time, and by chance. @return false, at once, if it is enough.
  bool again(std::minstd_rand& jitter);
  std::chrono::steady_clock::duration elapsed() const;

 private:
  seconds limit_;
  std::chrono::steady_clock::time_point started_;
  int tries_ = 0;
};

/// Asks for a lock; if it is held and `if_held` says so every few milliseconds, for ten seconds at most.
/// @return whether it was acquired. Throws Error{unavailable} if the waiting was in vain.
bool acquire_lock(std::string_view name, IfHeld if_held, const std::function<bool()>& acquired);

/// Sources of jitter differ between connections, also of one process.
std::minstd_rand make_jitter();

/// A clock between two looks at the database's: advanced by the steady clock.
class SampledClock {
 public:
  explicit SampledClock(std::int64_t unix_milliseconds);
  static SampledClock from(Time time) { return SampledClock{to_unix(time) * 1000}; }
  Time now() const;

 private:
  std::chrono::sys_time<std::chrono::milliseconds> sample_;
  std::chrono::steady_clock::time_point taken_;
};

/// Prepared statements of one connection by the text they were made from.
template <class Statement>
using Prepared = std::map<std::string, Statement, std::less<>>;

}  // namespace claimcheck::sql
