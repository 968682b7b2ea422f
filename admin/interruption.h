#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace claimcheck::admin {

/// While it lives, SIGINT, SIGTERM and SIGHUP run `clean_up` on a thread of its own and end the process with 128 + the signal's
/// number, wherever it waits. Make it before any other thread; it puts the signals back as they were.
class Interruption {
 public:
  explicit Interruption(std::function<void()> clean_up);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  sigset_t before_{};
  std::jthread watcher_;
};

}  // namespace claimcheck::admin
