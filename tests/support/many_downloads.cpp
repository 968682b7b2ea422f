#include "tests/support/many_downloads.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "tests/support/fastcgi_client.h"

namespace claimcheck::test {
namespace {

using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// @return a socket that does not block; -1 if the listener's queue is full
int connect_to(const std::string& address) {
  constexpr std::string_view scheme = "unix:";
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (!address.starts_with(scheme) || address.size() - scheme.size() >= sizeof where.sun_path)
    throw std::invalid_argument("not the address of a unix socket: " + address);
  address.copy(where.sun_path, std::string::npos, scheme.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) fail("socket");
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) return socket;
  if (errno != EAGAIN) fail("connect");
  ::close(socket);
  return -1;
}

/// A downloader's connection, and how far the reading of its answer is.
class Line {
 public:
  Line(Downloader& downloader, int socket) : downloader_(downloader), socket_(socket) {}
  ~Line() { close(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  int socket() const { return socket_; }
  bool has_begun() const { return downloader_.received > 0; }

  void ask() {
    HttpRequest request{.target = downloader_.path};
    if (downloader_.first > 0) request.headers.emplace_back("Range", fmt::format("bytes={}-", downloader_.first));
    const std::string bytes = fastcgi::begin() + fastcgi::stream(fastcgi::params, fastcgi::pairs(cgi_variables(request))) +
                              fastcgi::stream(fastcgi::in, {});
    if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) fail("send");
  }

  /// Reads what is there. @return false once the answer or the connection has ended
  bool read(std::span<char> buffer, std::string_view content) {
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (count <= 0) return false;
    std::string_view bytes{buffer.data(), static_cast<std::size_t>(count)};
    while (!bytes.empty() && !ended_) bytes.remove_prefix(take(bytes, content));
    return !ended_;
  }

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

 private:
  static constexpr std::size_t header_size = 8;

  /// Takes the next piece of a record. @return its length
  std::size_t take(std::string_view bytes, std::string_view content) {
    if (header_filled_ < header_size) {
      const std::size_t length = std::min(header_size - header_filled_, bytes.size());
      bytes.copy(header_.data() + header_filled_, length);
      header_filled_ += length;
      if (header_filled_ < header_size) return length;
      left_ = byte(4) << 8 | byte(5);
      if (byte(6) != 0) downloader_.intact = false;  // nobody asked for padding
      if (left_ == 0) header_filled_ = 0;
      return length;
    }
    const std::size_t length = std::min(left_, bytes.size());
    if (byte(1) == fastcgi::out) take_output(bytes.substr(0, length), content);
    left_ -= length;
    if (left_ == 0) {
      if (byte(1) == fastcgi::end_request) {
        ended_ = true;
        downloader_.complete = downloader_.first + downloader_.received == content.size();
      }
      header_filled_ = 0;
    }
    return length;
  }

  void take_output(std::string_view bytes, std::string_view content) {
    if (downloader_.status == 0) {
      head_ += bytes;
      const auto end = head_.find("\r\n\r\n");
      if (end == std::string::npos) return;
      downloader_.status = std::stoi(head_.substr(head_.find(": ") + 2));
      bytes = bytes.substr(bytes.size() - (head_.size() - end - 4));
      head_ = {};
    }
    const std::uint64_t at = downloader_.first + downloader_.received;
    downloader_.intact = downloader_.intact && at <= content.size() && content.substr(at, bytes.size()) == bytes;
    downloader_.received += bytes.size();
  }

  std::size_t byte(std::size_t at) const { return static_cast<unsigned char>(header_.at(at)); }

  Downloader& downloader_;
  int socket_;
  std::array<char, header_size> header_{};
  std::size_t header_filled_ = 0, left_ = 0;
  std::string head_;
  bool ended_ = false;
};

}  // namespace

void ManyDownloads::run(std::vector<Downloader>& downloaders, const Arrival& arrival, std::chrono::seconds limit) {
  const Line watch{downloaders.at(0), ::epoll_create1(EPOLL_CLOEXEC)};  // closes it
  std::vector<std::unique_ptr<Line>> lines(downloaders.size());
  std::vector<char> buffer(256 * 1024);
  std::array<epoll_event, 512> events{};
  std::size_t arrived = 0, unanswered = 0;
  auto next = steady_clock::now();
  const auto deadline = next + limit;
  while (over_ < lines.size()) {
    auto now = steady_clock::now();
    if (now > deadline) throw std::runtime_error(fmt::format("{} of {} downloads are over", over_.load(), lines.size()));
    for (; arrived < lines.size() && next <= now && unanswered < arrival.unanswered; ++arrived, ++unanswered) {
      const int socket = connect_to(address_);
      if (socket < 0) break;
      lines[arrived] = std::make_unique<Line>(downloaders[arrived], socket);
      lines[arrived]->ask();
      epoll_event event{.events = EPOLLIN, .data = {.u64 = arrived}};
      if (::epoll_ctl(watch.socket(), EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
      next = std::max(next, now - arrival.apart) + arrival.apart;
    }
    const int count = ::epoll_wait(watch.socket(), events.data(), static_cast<int>(events.size()), 1);
    for (int i = 0; i < count; ++i) {
      std::unique_ptr<Line>& line = lines[events.at(static_cast<std::size_t>(i)).data.u64];
      const bool had_begun = line->has_begun(), goes_on = line->read(buffer, content_);
      if (!had_begun && (line->has_begun() || !goes_on)) --unanswered;
      if (!had_begun && line->has_begun()) most_under_way_ = std::max<std::size_t>(most_under_way_, ++under_way_);
      if (goes_on) continue;
      if (line->has_begun()) --under_way_;
      ++over_;
      line.reset();
    }
  }
}

void allow_descriptors(std::size_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
  if (limit.rlim_max < count) limit.rlim_max = count;  // root may
  limit.rlim_cur = count;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw std::runtime_error(fmt::format("this test needs {} open files and may have {} (ulimit -Hn)", count, limit.rlim_max));
}

}  // namespace claimcheck::test
