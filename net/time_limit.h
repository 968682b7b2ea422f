#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "core/descriptor.h"

namespace claimcheck::net {

/// Cuts a connection when its time is over, whoever is waiting for it and for what: a library that counts the time of each
/// read goes on for ever with a server that sends a byte a second. Ends with this object.
class TimeLimit {
 public:
  /// Throws Error{unavailable} if the system has nothing left.
  TimeLimit(int socket, std::chrono::steady_clock::time_point deadline);
  ~TimeLimit();
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

  /// Whether it has cut.
  bool over() const { return over_; }

 private:
  Descriptor socket_;  // another one for the same connection, so that its number cannot become somebody else's meanwhile
  Descriptor done_;
  std::atomic<bool> over_ = false;
  std::thread watcher_;
};

}  // namespace claimcheck::net
