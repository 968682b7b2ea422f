#pragma once

#include <map>
#include <string>

#include "checks/clocks.h"
#include "core/time.h"

namespace claimcheck::checks {

/// What a source said yes to, for a few seconds. Nothing else is remembered: who has just paid is not to wait.
class Remembered {
 public:
  static constexpr std::size_t most = 1000;

  /// @param lifetime  of an answer; 0 for none
  Remembered(seconds lifetime, SteadyClock clock);

  bool knows(const std::string& question);
  /// When there are too many, all others are forgotten.
  void add(const std::string& question);

 private:
  seconds lifetime_;
  SteadyClock clock_;
  std::map<std::string, std::chrono::steady_clock::time_point> answered_;
};

}  // namespace claimcheck::checks
