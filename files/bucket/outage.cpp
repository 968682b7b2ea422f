#include "files/bucket/outage.h"

namespace claimcheck::files {

bool Outage::may_ask(SteadyTime now) {
  const std::lock_guard guard{mutex_};
  if (now < ask_again_) return false;
  if (ask_again_ != SteadyTime::min()) ask_again_ = now + rest;
  return true;
}

void Outage::begin(SteadyTime now) {
  const std::lock_guard guard{mutex_};
  ask_again_ = now + rest;
}

void Outage::end() {
  const std::lock_guard guard{mutex_};
  ask_again_ = SteadyTime::min();
}

}  // namespace claimcheck::files
