#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "fcgi/connection.h"

namespace claimcheck::fcgi {

/// A descriptor that is written to without ever blocking in the kernel. Owns it. It becomes non-blocking at the first use, not
/// before: until then a request's body may still be read from it.
class Outlet {
 public:
  Outlet(int fd, std::chrono::seconds stall_timeout) : fd_(fd), stall_timeout_(stall_timeout) {}
  ~Outlet();
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  int fd() const { return fd_; }
  /// Writes all of `bytes`, waiting when it must. @return false if the other side is gone, or took nothing for too long.
  bool write(std::string_view bytes);
  /// One attempt to send text. @return how much was taken; 0 with `would_block` or `gone`
  Step send(std::string_view bytes);
  /// The same on a socket, with flags of send().
  Step send(std::string_view bytes, int flags);
  /// One sendfile() of at most `length` bytes; a read and a write where the file system has no sendfile.
  Step send_file(int file, std::uint64_t offset, std::uint64_t length);
  bool wait(std::chrono::milliseconds limit);
  void close();
  /// Leaves the descriptor to the caller, blocking or not as it was used last.
  int release();

 private:
  void stop_blocking();
  Step copy(int file, std::uint64_t offset, std::uint64_t length);

  int fd_;
  std::chrono::seconds stall_timeout_;
  bool blocking_ = true;
};

}  // namespace claimcheck::fcgi
