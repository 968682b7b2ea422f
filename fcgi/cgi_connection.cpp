#include "fcgi/connection.h"
#include "fcgi/outlet.h"

namespace claimcheck::fcgi {
namespace {

class CgiConnection final : public Connection {
 public:
  CgiConnection(int fd, std::chrono::seconds stall_timeout) : outlet_(fd, stall_timeout) {}

  bool write(std::string_view bytes) override { return outlet_.write(bytes); }

  Step send_file(int file, std::uint64_t offset, std::uint64_t length) override {
    return outlet_.send_file(file, offset, length);
  }

  bool wait(std::chrono::milliseconds limit) override { return outlet_.wait(limit); }
  void finish() override { outlet_.close(); }
  void cut() override { outlet_.close(); }

 private:
  Outlet outlet_;
};

}  // namespace

std::unique_ptr<Connection> open_cgi(int fd, std::chrono::seconds stall_timeout) {
  return std::make_unique<CgiConnection>(fd, stall_timeout);
}

}  // namespace claimcheck::fcgi
