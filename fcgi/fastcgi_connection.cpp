#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "fcgi/connection.h"
#include "fcgi/outlet.h"

namespace claimcheck::fcgi {
namespace {

// Record types and layout: FastCGI 1.0 sections 3.3 and 8.
constexpr unsigned char version_1 = 1;
constexpr unsigned char type_end_request = 3;
constexpr unsigned char type_stdout = 6;

/// The largest content that is a multiple of 8, so that no record needs padding.
constexpr std::uint64_t largest_content = 65528;

/// How long the front end may take to close after END_REQUEST. Closing first, with its STDIN records unread, would look to
/// it like a reset connection.
constexpr int linger_ms = 500;

class FastcgiConnection final : public Connection {
 public:
  FastcgiConnection(int fd, int request_id, std::chrono::seconds stall_timeout)
      : outlet_(fd, stall_timeout), request_id_(request_id) {}

  bool write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, largest_content);
      if (!outlet_.write(header(type_stdout, part.size()) + std::string{part})) return false;
      bytes.remove_prefix(part.size());
    }
    return true;
  }

  Step send_file(int file, std::uint64_t offset, std::uint64_t length) override {
    if (announced_ == 0) {
      announced_ = std::min(length, largest_content);
      pending_header_ = header(type_stdout, announced_);
    }
    if (!pending_header_.empty()) {
      const Step step = outlet_.send(pending_header_, MSG_MORE | MSG_NOSIGNAL);
      if (step.bytes == 0) return step;
      pending_header_.erase(0, step.bytes);
      if (!pending_header_.empty()) return {.state = Step::State::would_block};
    }
    const Step step = outlet_.send_file(file, offset, std::min(length, announced_));
    announced_ -= step.bytes;
    return step;
  }

  bool wait(std::chrono::milliseconds limit) override { return outlet_.wait(limit); }

  void finish() override {
    const std::string end = header(type_stdout, 0) + header(type_end_request, 8) + std::string(8, '\0');
    if (outlet_.write(end)) linger();
    outlet_.close();
  }

  void cut() override { outlet_.close(); }

 private:
  std::string header(unsigned char type, std::uint64_t content) const {
    const auto byte = [](std::uint64_t value) { return static_cast<char>(value & 0xff); };
    const auto id = static_cast<std::uint64_t>(request_id_);
    return {static_cast<char>(version_1),
            static_cast<char>(type),
            byte(id >> 8),
            byte(id),
            byte(content >> 8),
            byte(content),
            0,
            0};
  }

  void linger() {
    ::shutdown(outlet_.fd(), SHUT_WR);
    std::array<char, 4096> ignored{};
    pollfd watched{.fd = outlet_.fd(), .events = POLLIN, .revents = 0};
    while (::poll(&watched, 1, linger_ms) > 0 && ::read(outlet_.fd(), ignored.data(), ignored.size()) > 0) {
    }
  }

  Outlet outlet_;
  int request_id_;
  std::uint64_t announced_ = 0;  ///< bytes that the current record still owes
  std::string pending_header_;
};

}  // namespace

std::unique_ptr<Connection> open_fastcgi(int fd, int request_id, std::chrono::seconds stall_timeout) {
  return std::make_unique<FastcgiConnection>(fd, request_id, stall_timeout);
}

}  // namespace claimcheck::fcgi
