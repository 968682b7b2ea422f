#include "fcgi/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

Error failed(const std::string& address) {
  return Error{Errc::unavailable, fmt::format("cannot listen at {}: {}", address, std::strerror(errno))};
}

void bind_and_listen(int fd, const sockaddr* address, socklen_t length, const std::string& name) {
  if (fd < 0 || ::bind(fd, address, length) != 0 || ::listen(fd, SOMAXCONN) != 0) throw failed(name);
}

int listen_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string temporary = fmt::format("{}.{}", path, ::getpid());
  if (temporary.size() >= sizeof address.sun_path) throw Error{Errc::bad_request, "the socket's path is too long: " + path};
  temporary.copy(address.sun_path, temporary.size());
  ::unlink(temporary.c_str());
  const mode_t mask = ::umask(0117);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bind_and_listen(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address, path);
  ::umask(mask);
  if (::rename(temporary.c_str(), path.c_str()) != 0) throw failed(path);
  return fd;
}

int listen_tcp(const std::string& host, std::string_view port_text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const bool numeric = fault == std::errc{} && end == port_text.data() + port_text.size();
  // The protocol has no authentication: whoever reaches the socket can pretend to be the web server.
  if (!numeric || inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 || ntohl(address.sin_addr.s_addr) >> 24 != 127)
    throw Error{
        Errc::bad_request,
        fmt::format("{}:{} is no address of this machine alone; use tcp:127.0.0.1:PORT or unix:/path", host, port_text)};
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  bind_and_listen(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address, fmt::format("tcp:{}:{}", host, port));
  return fd;
}

/// Whether only processes of this machine can connect to a socket.
bool is_private(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return false;
  if (address.ss_family == AF_UNIX) return true;
  if (address.ss_family == AF_INET) return ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 24 == 127;
  return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
}

}  // namespace

Listener open_listener(const std::string& address) {
  constexpr std::string_view unix_scheme = "unix:";
  constexpr std::string_view tcp_scheme = "tcp:";
  if (address.starts_with(unix_scheme)) return {.fd = listen_unix(address.substr(unix_scheme.size()))};
  const std::size_t colon = address.rfind(':');
  if (!address.starts_with(tcp_scheme) || colon < tcp_scheme.size())
    throw Error{Errc::bad_request, "listen at unix:/path or tcp:127.0.0.1:PORT, not at " + address};
  return {.fd = listen_tcp(address.substr(tcp_scheme.size(), colon - tcp_scheme.size()),
                           std::string_view{address}.substr(colon + 1))};
}

std::optional<Listener> handed_listener(const char* listen_pid, const char* listen_fds, pid_t self) {
  constexpr int first_handed = 3;  // SD_LISTEN_FDS_START
  if (listen_pid == nullptr || listen_fds == nullptr || listen_pid != std::to_string(self)) return std::nullopt;
  if (listen_fds != std::string_view{"1"})
    throw Error{Errc::bad_request, fmt::format("systemd handed in {} sockets; a worker takes one ListenStream=", listen_fds)};
  if (!is_listener(first_handed) || !is_private(first_handed))
    throw Error{Errc::bad_request,
                "what systemd handed in is no socket for this machine alone; let ListenStream= be /path or 127.0.0.1:PORT"};
  ::fcntl(first_handed, F_SETFD, FD_CLOEXEC);
  return Listener{.fd = first_handed, .lives_on = true};
}

void stop_blocking(int listener) {
  ::fcntl(listener, F_SETFL, ::fcntl(listener, F_GETFL) | O_NONBLOCK);
}

int accept_one(int listener) {
  constexpr int a_moment = 50;  // milliseconds
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) ::poll(nullptr, 0, a_moment);
  return fd;
}

bool is_listener(int fd) {
  int listening = 0;
  socklen_t length = sizeof listening;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening != 0;
}

}  // namespace claimcheck::fcgi
