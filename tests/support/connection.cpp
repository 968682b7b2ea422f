#include "tests/support/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <variant>

namespace claimcheck::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

using SocketAddress = std::variant<sockaddr_un, sockaddr_in>;

SocketAddress parse_address(const std::string& address) {
  if (address.starts_with("unix:")) {
    const std::string path = address.substr(5);
    sockaddr_un parsed{};
    parsed.sun_family = AF_UNIX;
    if (path.size() >= sizeof parsed.sun_path) throw std::invalid_argument("too long for a socket: " + path);
    std::memcpy(parsed.sun_path, path.data(), path.size());
    return parsed;
  }
  const auto colon = address.rfind(':');
  sockaddr_in parsed{};
  parsed.sin_family = AF_INET;
  if (!address.starts_with("tcp:") || colon < 4 ||
      ::inet_pton(AF_INET, address.substr(4, colon - 4).c_str(), &parsed.sin_addr) != 1)
    throw std::invalid_argument("neither unix:/path nor tcp:a.b.c.d:port: " + address);
  parsed.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  return parsed;
}

/// @return a connected socket, or -1 with errno
int connected(const std::string& address) {
  const SocketAddress parsed = parse_address(address);
  return std::visit(
      [](const auto& concrete) {
        const auto* generic = reinterpret_cast<const sockaddr*>(&concrete);
        const int socket = ::socket(generic->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (socket < 0) fail("socket");
        if (::connect(socket, generic, sizeof concrete) == 0) return socket;
        const int reason = errno;
        ::close(socket);
        errno = reason;
        return -1;
      },
      parsed);
}

}  // namespace

Connection::Connection(const std::string& address, milliseconds limit) : deadline_(steady_clock::now() + limit) {
  socket_ = connected(address);
  if (socket_ < 0) fail("cannot connect to " + address);
}

Connection::~Connection() {
  close();
}

void Connection::wait_for(short events) {
  if (socket_ < 0) throw std::logic_error("the connection is closed");
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now()).count();
    pollfd ready{socket_, events, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(0, left)));
    if (count > 0) return;
    if (count == 0) throw std::runtime_error("the peer was silent until the deadline");
    if (errno != EINTR) fail("poll");
  }
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(POLLOUT);
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return false;
    } else if (errno != EAGAIN && errno != EINTR) {
      fail("send");
    }
  }
  return true;
}

std::size_t Connection::receive(std::span<char> out) {
  for (;;) {
    wait_for(POLLIN);
    const auto count = ::recv(socket_, out.data(), out.size(), MSG_DONTWAIT);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == ECONNRESET) return 0;
    if (errno != EAGAIN && errno != EINTR) fail("recv");
  }
}

void Connection::finish_sending() {
  if (::shutdown(socket_, SHUT_WR) != 0 && errno != ENOTCONN) fail("shutdown");
}

void Connection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool listens(const std::string& address) {
  const int socket = connected(address);
  if (socket < 0) return false;
  ::close(socket);
  return true;
}

}  // namespace claimcheck::test
