#include "fcgi/connection.h"

#include <poll.h>
#include <unistd.h>

#include <array>

namespace claimcheck::fcgi {
namespace {

void linger(const Connection& connection) {
  std::array<char, 4096> ignored{};
  pollfd watched{.fd = connection.descriptor(), .events = POLLIN, .revents = 0};
  while (::poll(&watched, 1, static_cast<int>(longest_linger.count())) > 0 &&
         ::read(watched.fd, ignored.data(), ignored.size()) > 0) {
  }
}

void close_gently(Connection& connection) {
  // The front end closes when it has read the end of the answer. Closing first, with its STDIN records unread, would look to it
  // like a reset connection.
  if (connection.lingers()) linger(connection);
  connection.close();
}

}  // namespace

bool wait(const Connection& connection, std::chrono::milliseconds limit) {
  pollfd watched{.fd = connection.descriptor(), .events = POLLOUT, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(limit.count())) > 0;
}

void finish(Connection& connection, std::chrono::seconds stall_timeout) {
  for (;;) {
    const Step step = connection.send_end();
    if (step.state == Step::State::moved) return close_gently(connection);
    if (step.state != Step::State::would_block || !wait(connection, stall_timeout)) break;
  }
  connection.close();
}

}  // namespace claimcheck::fcgi
