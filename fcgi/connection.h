#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "fcgi/shutdown.h"

namespace claimcheck::fcgi {

/// What became of an attempt to send some of a file.
struct Step {
  enum class State {
    moved,        ///< `bytes` > 0 were taken
    would_block,  ///< the front end takes nothing now: wait()
    gone,         ///< the front end has closed the connection
    short_file,   ///< the file ended early, or cannot be read; the answer cannot be completed
  };
  State state = State::moved;
  std::uint64_t bytes = 0;
};

/// The way back to the front end for one request. Belongs to one thread. Nothing here waits longer than the stall time-out.
/// The process must ignore SIGPIPE, as Shutdown makes it.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Sends all of `bytes` as part of the answer. @return false if the front end is gone or stalled.
  virtual bool write(std::string_view bytes) = 0;

  /// Sends some of [offset, offset + length) of `file`, without waiting and without copying through user space. Must be
  /// called until `length` bytes are sent or the answer is given up; what it has announced to the front end it must send.
  virtual Step send_file(int file, std::uint64_t offset, std::uint64_t length) = 0;

  /// Waits until more can be sent, at most `limit`. @return false if the time is up.
  virtual bool wait(std::chrono::milliseconds limit) = 0;

  /// Ends a complete answer.
  virtual void finish() = 0;

  /// Cuts the connection, so that the front end reports a broken answer instead of a complete one.
  virtual void cut() = 0;
};

/// Sends FastCGI STDOUT records for request `request_id` on the connected socket `fd`, which it makes non-blocking and closes.
/// Source: FastCGI 1.0 sections 3.3, 5.3, 5.5.
std::unique_ptr<Connection> open_fastcgi(int fd, int request_id, std::chrono::seconds stall_timeout);

/// Writes a CGI answer to `fd`, which it makes non-blocking and closes. Source: RFC 3875 section 6.
std::unique_ptr<Connection> open_cgi(int fd, std::chrono::seconds stall_timeout);

}  // namespace claimcheck::fcgi
