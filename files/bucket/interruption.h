#pragma once

#include <mutex>

#include "core/descriptor.h"

namespace claimcheck::files {

/// Ends what another thread waits for at a socket. Safe to share between threads.
class Interruption {
 public:
  /// From now on interrupt() cuts this socket, and no other; if there was an interruption it is cut at once.
  /// Throws Error{unavailable} if the system has no descriptors left.
  void watch(int socket);
  void interrupt();

 private:
  void cut() const;

  std::mutex mutex_;
  Descriptor socket_;  // another one for the same connection, so that its number cannot become somebody else's meanwhile
  bool interrupted_ = false;
};

}  // namespace claimcheck::files
