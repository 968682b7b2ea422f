#include "net/time_limit.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <system_error>

#include "core/error.h"

namespace claimcheck::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Waits until the descriptor can be read. @return whether it was before the deadline.
bool readable_before(int descriptor, steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left <= milliseconds{0}) return false;
    pollfd watched{.fd = descriptor, .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

}  // namespace

TimeLimit::TimeLimit(int socket, steady_clock::time_point deadline)
    : socket_(::fcntl(socket, F_DUPFD_CLOEXEC, 0)), done_(::eventfd(0, EFD_CLOEXEC)) {
  if (!socket_ || !done_) throw Error{Errc::unavailable, "no descriptors are left"};
  try {
    watcher_ = std::thread{[this, deadline] {
      if (readable_before(done_.number(), deadline)) return;
      over_ = true;
      ::shutdown(socket_.number(), SHUT_RDWR);
    }};
  } catch (const std::system_error&) {
    throw Error{Errc::unavailable, "no thread is left"};
  }
}

TimeLimit::~TimeLimit() {
  ::eventfd_write(done_.number(), 1);
  watcher_.join();
}

}  // namespace claimcheck::net
