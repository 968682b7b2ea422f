#pragma once

#include <atomic>
#include <chrono>

namespace claimcheck::fcgi {

/// Notices SIGTERM and SIGINT without a signal handler: they are blocked in every thread and show on a descriptor that stays
/// readable, which any thread may poll beside its own. Make it in main() before any thread; it restores nothing.
class Shutdown {
 public:
  /// @param drain  how long running downloads may go on afterwards
  explicit Shutdown(std::chrono::seconds drain);
  ~Shutdown();
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  /// Readable once the process shall end.
  int descriptor() const { return fd_; }
  bool requested() const;
  /// Whether the time for draining is over too. The first call after the request starts that time.
  bool overdue() const;

 private:
  int fd_;
  std::chrono::seconds drain_;
  mutable std::atomic<std::chrono::steady_clock::rep> deadline_{0};
};

}  // namespace claimcheck::fcgi
