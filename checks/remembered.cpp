#include "checks/remembered.h"

#include <utility>

namespace claimcheck::checks {

Remembered::Remembered(seconds lifetime, SteadyClock clock) : lifetime_(lifetime), clock_(std::move(clock)) {}

bool Remembered::knows(const std::string& question) {
  const auto found = answered_.find(question);
  if (found == answered_.end()) return false;
  if (clock_() - found->second < lifetime_) return true;
  answered_.erase(found);
  return false;
}

void Remembered::add(const std::string& question) {
  if (lifetime_ == seconds{0}) return;
  if (answered_.size() >= most) answered_.clear();
  answered_.insert_or_assign(question, clock_());
}

}  // namespace claimcheck::checks
