#include "fcgi/shutdown.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/error.h"

namespace claimcheck::fcgi {

Shutdown::Shutdown(std::chrono::seconds drain) : fd_(-1), drain_(drain) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGUSR1);  // mod_fcgid's and libfcgi's "finish and go"
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  fd_ = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd_ < 0) throw Error{Errc::internal, std::string{"signals cannot be watched: "} + std::strerror(errno)};
}

Shutdown::~Shutdown() {
  ::close(fd_);
}

bool Shutdown::requested() const {
  // The signal stays pending because nobody reads it, so every thread sees it.
  pollfd watched{.fd = fd_, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

bool Shutdown::overdue() const {
  if (!requested()) return false;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  std::chrono::steady_clock::rep unset = 0;
  deadline_.compare_exchange_strong(unset, (now + drain_).count());
  return now.count() >= deadline_.load();
}

}  // namespace claimcheck::fcgi
