#include "fcgi/connection.h"
#include "fcgi/outlet.h"

namespace claimcheck::fcgi {
namespace {

class CgiConnection final : public Connection {
 public:
  CgiConnection(int fd, std::chrono::seconds stall_timeout) : outlet_(fd, stall_timeout) {}

  bool write(std::string_view bytes) override { return outlet_.write(bytes); }
  /// A pipe gains nothing by waiting. If the web server is gone what follows finds out too.
  void hold(std::string_view bytes) override { outlet_.write(bytes); }

  Step send(std::string_view bytes) override { return outlet_.send(bytes); }

  Step send_file(int file, std::uint64_t offset, std::uint64_t length) override {
    return outlet_.send_file(file, offset, length);
  }

  Step send_end() override { return {.state = Step::State::moved}; }  // its end is the end of the output
  void input_has_ended() override {}                                  // nobody waits for it
  int descriptor() const override { return outlet_.fd(); }
  bool lingers() const override { return false; }
  void close() override { outlet_.close(); }

 private:
  Outlet outlet_;
};

}  // namespace

std::unique_ptr<Connection> open_cgi(int fd, std::chrono::seconds stall_timeout) {
  return std::make_unique<CgiConnection>(fd, stall_timeout);
}

}  // namespace claimcheck::fcgi
