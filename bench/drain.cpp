#include "bench/drain.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include "bench/socket.h"

namespace claimcheck::bench {
namespace {

constexpr std::size_t most_at_once = 4 << 20;

/// Receives; 0 at the end of the connection.
std::size_t receive(int socket, char* out, std::size_t length, int flags) {
  const ssize_t count = ::recv(socket, out, length, flags);
  if (count < 0 && errno == ECONNRESET) return 0;
  if (count < 0) throw std::system_error(errno, std::generic_category(), "nothing comes");
  return static_cast<std::size_t>(count);
}

}  // namespace

Drained drain(int port, const std::string& path) {
  const auto begun = std::chrono::steady_clock::now();
  const Socket socket{port};
  const timeval patience{.tv_sec = 60, .tv_usec = 0};
  ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (!socket.ask(path, Keep::closed)) throw std::runtime_error("a connection that is closed at once");

  std::string text;
  std::array<char, 4096> piece;
  std::size_t head_end = std::string::npos;
  while (head_end == std::string::npos) {
    const std::size_t count = receive(socket.number(), piece.data(), piece.size(), 0);
    if (count == 0) throw std::runtime_error("an answer that ends in its head:\n" + text);
    text.append(piece.data(), count);
    head_end = text.find("\r\n\r\n");
  }
  const Head head = parse_head(text.substr(0, head_end + 4));
  Drained drained{.status = head.status, .bytes = text.size() - head_end - 4};
  while (drained.bytes < head.length) {
    const std::size_t count = receive(socket.number(), nullptr, most_at_once, MSG_TRUNC);
    if (count == 0) break;
    drained.bytes += count;
  }
  drained.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return drained;
}

}  // namespace claimcheck::bench
