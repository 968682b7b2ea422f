#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

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

class FastcgiConnection final : public Connection {
 public:
  FastcgiConnection(int fd, int request_id, std::chrono::seconds stall_timeout, Keeper keeper)
      : outlet_(fd, stall_timeout), request_id_(request_id), keeper_(std::move(keeper)) {}

  bool write(std::string_view bytes) override {
    hold(bytes);
    return outlet_.write(std::exchange(pending_, {}));
  }

  void hold(std::string_view bytes) override {
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(bytes.size(), largest_content))) {
      const std::string_view part = bytes.substr(0, largest_content);
      pending_.append(header(type_stdout, part.size())).append(part);
    }
  }

  Step send(std::string_view bytes) override {
    if (const auto waiting = announce(bytes.size())) return *waiting;
    return sent(outlet_.send(bytes.substr(0, announced_), MSG_NOSIGNAL));
  }

  Step send_file(int file, std::uint64_t offset, std::uint64_t length) override {
    if (const auto waiting = announce(length)) return *waiting;
    return sent(outlet_.send_file(file, offset, std::min(length, announced_)));
  }

  Step send_end() override {
    if (ending_ && pending_.empty()) return {};
    if (!ending_) pending_ += header(type_stdout, 0) + header(type_end_request, 8) + std::string(8, '\0');
    ending_ = true;
    const Step step = send_pending(MSG_NOSIGNAL);
    if (step.state == Step::State::moved && lingers()) ::shutdown(outlet_.fd(), SHUT_WR);
    return step;
  }

  int descriptor() const override { return outlet_.fd(); }
  void input_has_ended() override { input_open_ = false; }
  bool lingers() const override { return input_open_; }

  void close() override {
    const bool complete = ending_ && pending_.empty();
    if (Keeper keeper = std::exchange(keeper_, {}); keeper && complete && !lingers())
      keeper(Descriptor{outlet_.release()});
    else
      outlet_.close();
  }

 private:
  /// Begins a record for at most `length` bytes if none is under way. @return why its content cannot follow yet, if so
  std::optional<Step> announce(std::uint64_t length) {
    if (announced_ == 0) {
      announced_ = std::min(length, largest_content);
      pending_ += header(type_stdout, announced_);
    }
    if (pending_.empty()) return std::nullopt;
    const Step step = send_pending(MSG_MORE | MSG_NOSIGNAL);
    if (step.state == Step::State::moved) return std::nullopt;
    return step;
  }

  /// @return moved once all of it is sent
  Step send_pending(int flags) {
    const Step step = outlet_.send(pending_, flags);
    pending_.erase(0, step.bytes);
    if (step.state == Step::State::moved && !pending_.empty()) return {.state = Step::State::would_block};
    return step;
  }

  Step sent(Step step) {
    announced_ -= step.bytes;
    return step;
  }

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

  Outlet outlet_;
  int request_id_;
  Keeper keeper_;
  bool input_open_ = true;
  std::uint64_t announced_ = 0;  ///< bytes that the current record still owes
  std::string pending_;          ///< what is to be sent before its content: what was held, headers, the end
  bool ending_ = false;
};

}  // namespace

std::unique_ptr<Connection> open_fastcgi(int fd, int request_id, std::chrono::seconds stall_timeout, Keeper keeper) {
  return std::make_unique<FastcgiConnection>(fd, request_id, stall_timeout, std::move(keeper));
}

}  // namespace claimcheck::fcgi
