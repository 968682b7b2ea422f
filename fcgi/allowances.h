#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "fcgi/horizons.h"

namespace claimcheck::fcgi {

/// How often somebody may do something: so many times a minute, all at once if he likes; after that as they come back, evenly
/// (the generic cell rate algorithm: ITU-T I.371). Shared by the processes of one machine; each machine allows it anew. Safe to
/// share between threads.
class Allowances {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  Allowances() = default;
  /// @param shared_name  see Horizons
  explicit Allowances(const std::string& shared_name) : horizons_(shared_name) {}

  /// Takes one of what `name` is allowed. @return false if there is none left
  /// Where so many are counted at the same time that the table is full, nobody new is counted: true.
  bool take(const std::string& name, std::int64_t per_minute, SteadyTime now);

 private:
  Horizons horizons_;
};

}  // namespace claimcheck::fcgi
