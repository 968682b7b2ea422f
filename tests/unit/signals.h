#pragma once

#include <csignal>
#include <ctime>

namespace claimcheck::test {

/// Leaves the signals of the test program as they were before a Shutdown; one that is pending is swallowed.
class Signals {
 public:
  Signals() {
    ::pthread_sigmask(SIG_SETMASK, nullptr, &before_);
    pipe_ = std::signal(SIGPIPE, SIG_DFL);
  }
  ~Signals() {
    sigset_t asked;
    sigemptyset(&asked);
    sigaddset(&asked, SIGTERM);
    constexpr timespec not_at_all{};
    while (::sigtimedwait(&asked, nullptr, &not_at_all) == SIGTERM) {
    }
    std::signal(SIGPIPE, pipe_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  sigset_t before_{};
  void (*pipe_)(int) = SIG_DFL;
};

}  // namespace claimcheck::test
