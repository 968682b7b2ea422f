#include "bench/hammer.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include "bench/socket.h"

namespace claimcheck::bench {
namespace {

using std::chrono::steady_clock;

constexpr int patience_ms = 60'000;

/// One connection and the request that is under way on it.
struct Line {
  Socket socket;
  std::string path, text;
  steady_clock::time_point asked;
  Head head;
  std::uint64_t received = 0;
  bool in_body = false, reused = false;
};

class Hammer {
 public:
  explicit Hammer(const Load& load) : load_(load), watch_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (watch_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }
  ~Hammer() { ::close(watch_); }
  Hammer(const Hammer&) = delete;
  Hammer& operator=(const Hammer&) = delete;

  Hammered run() {
    const auto begun = steady_clock::now();
    std::vector<Line> lines(static_cast<std::size_t>(load_.concurrency));
    for (Line& line : lines) ask_next(line);
    while (result_.latencies.size() < load_.paths.size()) {
      std::array<epoll_event, 64> ready;
      const int count = ::epoll_wait(watch_, ready.data(), static_cast<int>(ready.size()), patience_ms);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) throw std::runtime_error("no answer comes any more");
      for (int i = 0; i < count; ++i) receive(*static_cast<Line*>(ready[static_cast<std::size_t>(i)].data.ptr));
    }
    result_.seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
    return std::move(result_);
  }

 private:
  void ask_next(Line& line) {
    if (next_ == load_.paths.size()) return;
    line.path = load_.paths[next_++];
    line.asked = steady_clock::now();
    ask(line);
  }

  void ask(Line& line) {
    line.text.clear();
    line.in_body = false;
    line.received = 0;
    line.reused = line.socket.number() >= 0;
    if (!line.reused) {
      line.socket = Socket{load_.port};
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &line}};
      ::epoll_ctl(watch_, EPOLL_CTL_ADD, line.socket.number(), &event);
    }
    // A server may close a kept connection at any time; one that closes a new one has failed.
    if (line.socket.ask(line.path, Keep::open)) return;
    if (!line.reused) throw std::runtime_error("a connection that is closed at once");
    line.socket = Socket{};
    ask(line);
  }

  void receive(Line& line) {
    if (!line.in_body && !receive_head(line)) return;
    while (line.received < line.head.length) {
      const ssize_t count = ::recv(line.socket.number(), nullptr, line.head.length - line.received, MSG_TRUNC | MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) break;  // too short
      line.received += static_cast<std::uint64_t>(count);
    }
    finish(line);
  }

  /// @return whether the head is complete
  bool receive_head(Line& line) {
    std::array<char, 4096> piece;
    const ssize_t count = ::recv(line.socket.number(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return false;
    if (count <= 0) {
      if (!line.reused || !line.text.empty())
        throw std::runtime_error("a connection that ends without an answer: " + line.path);
      line.socket = Socket{};
      ask(line);
      return false;
    }
    line.text.append(piece.data(), static_cast<std::size_t>(count));
    const std::size_t end = line.text.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    line.received = line.text.size() - end - 4;
    line.text.resize(end + 4);
    line.head = parse_head(line.text);
    line.in_body = true;
    return true;
  }

  void finish(Line& line) {
    const std::chrono::duration<double, std::milli> taken = steady_clock::now() - line.asked;
    result_.latencies.push_back(taken.count());
    const bool right = line.head.status == load_.status && line.received == line.head.length &&
                       (load_.bytes == 0 || line.received == load_.bytes);
    if (!right && result_.wrong++ == 0) result_.first_wrong = line.path + "\n" + line.text;
    if (line.head.closes || line.received != line.head.length) line.socket = Socket{};
    ask_next(line);
  }

  const Load& load_;
  int watch_;
  std::size_t next_ = 0;
  Hammered result_;
};

}  // namespace

Hammered hammer(const Load& load) {
  return Hammer{load}.run();
}

}  // namespace claimcheck::bench
