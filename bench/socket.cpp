#include "bench/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace claimcheck::bench {

Socket::Socket(int port, int receive_buffer) : number_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (number_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  if (receive_buffer > 0) ::setsockopt(number_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(number_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int reason = errno;
    ::close(number_);
    throw std::system_error(reason, std::generic_category(), "connect to port " + std::to_string(port));
  }
}

Socket::~Socket() {
  if (number_ >= 0) ::close(number_);
}

Socket::Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

bool Socket::ask(const std::string& path, Keep keep) const {
  const std::string request = "GET " + path +
                              " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: claimcheck-bench\r\nAccept: */*\r\n" +
                              (keep == Keep::open ? "" : "Connection: close\r\n") + "\r\n";
  return ::send(number_, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
}

Head parse_head(const std::string& text) {
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string length = "\r\ncontent-length: ";
  const std::size_t at = lower.find(length);
  if (!lower.starts_with("http/1.1 ") || at == std::string::npos)
    throw std::runtime_error("an answer without a length:\n" + text);
  return {.status = std::stoi(lower.substr(9)),
          .length = std::stoull(lower.substr(at + length.size())),
          .closes = lower.find("\r\nconnection: close") != std::string::npos};
}

}  // namespace claimcheck::bench
