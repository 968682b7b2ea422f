#include "tests/support/cutting_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <stdexcept>

namespace claimcheck::test {
namespace {

constexpr int small_buffer = 64 * 1024;
constexpr int look_every_ms = 100;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool readable(int fd) {
  pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, look_every_ms) > 0;
}

bool send_all(int fd, const char* bytes, std::size_t count, const std::atomic<bool>& ending) {
  while (count > 0) {
    pollfd watched{.fd = fd, .events = POLLOUT, .revents = 0};
    if (::poll(&watched, 1, look_every_ms) == 0) {
      if (ending) return false;
      continue;
    }
    const ssize_t sent = ::send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) return false;
    bytes += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

/// Closing sends RST instead of FIN, and throws away what is still on its way.
void reset(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

CuttingProxy::CuttingProxy(int server_port, std::vector<std::uint64_t> cut_after, std::uint64_t bytes_per_second)
    : server_port_(server_port),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      cut_after_(std::move(cut_after)),
      bytes_per_second_(bytes_per_second) {
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, length) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &length) != 0)
    throw std::runtime_error("the proxy cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread{[this] { accept_all(); }};
}

CuttingProxy::~CuttingProxy() {
  ending_ = true;
  acceptor_.join();
  lines_.clear();
  ::close(listener_);
}

std::string CuttingProxy::through(std::string url) const {
  const std::string port = ":" + std::to_string(server_port_) + "/";
  const std::size_t at = url.find(port);
  if (at == std::string::npos) throw std::runtime_error(url + " does not lead to the proxy's server");
  return url.replace(at, port.size(), ":" + std::to_string(port_) + "/");
}

void CuttingProxy::accept_all() {
  for (std::size_t number = 0; !ending_;) {
    if (!readable(listener_)) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const std::uint64_t limit = number < cut_after_.size() ? cut_after_[number] : std::numeric_limits<std::uint64_t>::max();
    ++number;
    lines_.emplace_back([this, client, limit] { pass_on(client, limit); });
  }
}

void CuttingProxy::pass_on(int client, std::uint64_t limit) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::setsockopt(server, SOL_SOCKET, SO_RCVBUF, &small_buffer, sizeof small_buffer);
  ::setsockopt(client, SOL_SOCKET, SO_SNDBUF, &small_buffer, sizeof small_buffer);
  const sockaddr_in address = loopback(server_port_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 16 * 1024> buffer{};
  while (open && !ending_ && limit > 0) {
    std::array<pollfd, 2> watched{pollfd{.fd = client, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = server, .events = POLLIN, .revents = 0}};
    if (::poll(watched.data(), watched.size(), look_every_ms) <= 0) continue;
    if (watched[0].revents != 0) {
      const ssize_t count = ::recv(client, buffer.data(), buffer.size(), 0);
      open = count > 0 && send_all(server, buffer.data(), static_cast<std::size_t>(count), ending_);
    }
    if (open && watched[1].revents != 0) {
      const ssize_t count = ::recv(server, buffer.data(), std::min<std::uint64_t>(buffer.size(), limit), 0);
      open = count > 0 && send_all(client, buffer.data(), static_cast<std::size_t>(count), ending_);
      if (open) {
        limit -= static_cast<std::uint64_t>(count);
        std::this_thread::sleep_for(
            std::chrono::microseconds{static_cast<std::uint64_t>(count) * 1'000'000 / bytes_per_second_});
      }
    }
  }
  if (limit == 0) {
    reset(server);
    reset(client);
    ++cuts_;
  }
  ::close(server);
  ::close(client);
}

}  // namespace claimcheck::test
