#include "admin/interruption.h"

#include <unistd.h>

#include <utility>

namespace claimcheck::admin {
namespace {

constexpr timespec a_moment{.tv_sec = 0, .tv_nsec = 100'000'000};
constexpr int ended_by_signal = 128;

}  // namespace

Interruption::Interruption(std::function<void()> clean_up) {
  sigset_t watched;
  ::sigemptyset(&watched);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&watched, number);
  ::pthread_sigmask(SIG_BLOCK, &watched, &before_);
  watcher_ = std::jthread{[watched, clean_up = std::move(clean_up)](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const int number = ::sigtimedwait(&watched, nullptr, &a_moment);
      if (number <= 0) continue;
      clean_up();
      ::_exit(ended_by_signal + number);
    }
  }};
}

Interruption::~Interruption() {
  watcher_.request_stop();
  watcher_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace claimcheck::admin
