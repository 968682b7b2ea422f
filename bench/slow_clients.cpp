#include "bench/slow_clients.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "bench/pattern.h"
#include "bench/socket.h"

namespace claimcheck::bench {
namespace {

using std::chrono::steady_clock;

constexpr int receive_buffer = 32 << 10;
constexpr int turns_per_second = 10;

struct Client {
  Socket socket;
  steady_clock::time_point asked;
  std::optional<double> first_byte;  ///< seconds
  std::string text;                  ///< the head, as far as it is there
  int status = 0;                    ///< 0: the head is not complete
  std::uint64_t received = 0, due = 0;
  bool waiting = true, ended = false;  ///< waiting: watched until something comes
};

class Crowd {
 public:
  explicit Crowd(const SlowLoad& load) : load_(load), watch_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (watch_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }
  ~Crowd() { ::close(watch_); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  SlowResult run() {
    const auto begun = steady_clock::now();
    connect_all();
    auto turn = steady_clock::now();
    const auto end = turn + load_.time;
    for (int count = 0; turn < end; ++count) {
      turn += std::chrono::milliseconds{1000} / turns_per_second;
      read_what_is_due();
      if (count % turns_per_second == turns_per_second - 1 && load_.every_second) load_.every_second();
      watch_until(turn);
    }
    SlowResult result = counted();
    result.seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
    return result;
  }

 private:
  /// In small groups, so that no queue of the server overflows.
  void connect_all() {
    clients_.resize(load_.paths.size());
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      Client& client = clients_[i];
      client.asked = steady_clock::now();
      client.socket = Socket{load_.port, receive_buffer};
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
      ::epoll_ctl(watch_, EPOLL_CTL_ADD, client.socket.number(), &event);
      if (!client.socket.ask(load_.paths[i], Keep::closed)) throw std::runtime_error("a connection that is closed at once");
      if (i % 16 == 15) watch_until(steady_clock::now() + std::chrono::milliseconds{5});
    }
  }

  /// Notes whose first byte comes until then. After it a client is looked at in its turn only.
  void watch_until(steady_clock::time_point time) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - steady_clock::now()).count();
      std::array<epoll_event, 64> ready;
      const int count = ::epoll_wait(watch_, ready.data(), static_cast<int>(ready.size()), std::max(0, static_cast<int>(left)));
      for (int i = 0; i < count; ++i) {
        Client& client = *static_cast<Client*>(ready[static_cast<std::size_t>(i)].data.ptr);
        client.first_byte = std::chrono::duration<double>(steady_clock::now() - client.asked).count();
        ::epoll_ctl(watch_, EPOLL_CTL_DEL, client.socket.number(), nullptr);
        client.waiting = false;
      }
      if (count <= 0 && left <= 0) return;
    }
  }

  void read_what_is_due() {
    for (Client& client : clients_) {
      if (client.waiting || client.ended) continue;
      client.due = std::min(client.due + load_.bytes_per_second / turns_per_second, load_.bytes_per_second);
      read(client);
    }
  }

  void read(Client& client) {
    std::array<char, 4096> piece;
    while (client.due > 0) {
      const std::size_t most = std::min<std::uint64_t>(piece.size(), client.due);
      const ssize_t count = ::recv(client.socket.number(), piece.data(), most, MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) {
        client.ended = true;
        return;
      }
      const auto length = static_cast<std::size_t>(count);
      client.due -= length;
      take(client, {piece.data(), length});
    }
  }

  void take(Client& client, std::span<const char> bytes) {
    if (client.status == 0) {
      const std::size_t before = client.text.size();
      client.text.append(bytes.data(), bytes.size());
      const std::size_t end = client.text.find("\r\n\r\n");
      if (end == std::string::npos) return;
      client.status = parse_head(client.text.substr(0, end + 4)).status;
      bytes = bytes.subspan(end + 4 - before);
      client.text = {};
    }
    if (client.status == 200) intact_ = intact_ && is_pattern(client.received, bytes);
    client.received += bytes.size();
  }

  SlowResult counted() const {
    SlowResult result{.least = ~std::uint64_t{0}, .intact = intact_};
    for (const Client& client : clients_) {
      if (client.status == 200 && client.received > 0) ++result.served;
      if (client.ended) ++result.ended;
      result.bytes += client.received;
      result.least = std::min(result.least, client.received);
      result.first_byte_worst = std::max(result.first_byte_worst, client.first_byte.value_or(0));
    }
    return result;
  }

  const SlowLoad& load_;
  int watch_;
  std::vector<Client> clients_;
  bool intact_ = true;
};

}  // namespace

SlowResult download_slowly(const SlowLoad& load) {
  return Crowd{load}.run();
}

}  // namespace claimcheck::bench
