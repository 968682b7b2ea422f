#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "core/descriptor.h"
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

/// The way back to the front end for one request. Belongs to one thread at a time. Nothing here waits longer than the stall
/// time-out.
/// The process must ignore SIGPIPE, as Shutdown makes it.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Sends all of `bytes` as part of the answer. @return false if the front end is gone or stalled.
  virtual bool write(std::string_view bytes) = 0;

  /// Has `bytes` sent as part of the answer together with what comes next, be it the end.
  virtual void hold(std::string_view bytes) = 0;

  /// Sends some of `bytes`, without waiting. Must be called until all are sent or the answer is given up: what it has
  /// announced to the front end it must send.
  virtual Step send(std::string_view bytes) = 0;

  /// The same for [offset, offset + length) of `file`, without copying through user space.
  virtual Step send_file(int file, std::uint64_t offset, std::uint64_t length) = 0;

  /// Sends some of what ends a complete answer, without waiting. @return moved once all of it is sent, and ever after; then
  /// close().
  virtual Step send_end() = 0;

  /// All that the front end sends of the request has been read.
  virtual void input_has_ended() = 0;

  /// What becomes writable when more can be sent, and shows when the front end has gone.
  virtual int descriptor() const = 0;

  /// Whether the front end may still be sending, and has to be given a moment to close, after send_end().
  virtual bool lingers() const = 0;

  /// Closes the connection, or gives it back for the next request if the front end keeps it and the answer is complete. Without
  /// send_end() before, the front end reports a broken answer instead of a complete one.
  virtual void close() = 0;
};

/// How long the front end may take to close after the end of an answer.
inline constexpr std::chrono::milliseconds longest_linger{500};

/// Ends a complete answer in the calling thread: sends the end, waiting when it must, and closes.
void finish(Connection& connection, std::chrono::seconds stall_timeout);

/// Waits until more can be sent, at most `limit`. @return false if the time is up.
bool wait(const Connection& connection, std::chrono::milliseconds limit);

/// Takes a connection back whose answer is complete, for the front end's next request.
using Keeper = std::function<void(Descriptor connection)>;

/// Sends FastCGI STDOUT records for request `request_id` on the connected socket `fd`, which it makes non-blocking and closes.
/// Source: FastCGI 1.0 sections 3.3, 5.3, 5.5.
/// @param keeper  who gets the socket, non-blocking, where it would be closed after a complete answer to a request whose
///                input_has_ended(); may be empty
std::unique_ptr<Connection> open_fastcgi(int fd, int request_id, std::chrono::seconds stall_timeout, Keeper keeper = {});

/// Writes a CGI answer to `fd`, which it makes non-blocking and closes. Source: RFC 3875 section 6.
std::unique_ptr<Connection> open_cgi(int fd, std::chrono::seconds stall_timeout);

}  // namespace claimcheck::fcgi
