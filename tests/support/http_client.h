#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "tests/support/answer.h"
#include "tests/support/connection.h"

namespace claimcheck::test {

/// A request as it goes over the wire.
struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  ///< sent byte for byte, however odd
  Fields headers = {};       ///< sent as given; Host, Connection: close and Content-Length are added where missing
  std::string body = {};
};

/// One request over a connection of its own to 127.0.0.1, read at the caller's pace. Belongs to one thread.
class HttpExchange {
 public:
  /// Connects and sends. Throws if nobody listens.
  HttpExchange(int port, const HttpRequest& request, std::chrono::milliseconds limit = std::chrono::seconds{60});

  /// Status and header fields; waits for them. Throws if the connection ends before.
  const Answer& head();
  /// The next bytes of the body, transfer coding removed; 0 at its end: then complete() tells how it ended.
  std::size_t read(std::span<char> out);
  bool complete() const { return complete_; }
  /// Closes the connection, wherever the answer is.
  void close() { connection_.close(); }

 private:
  enum class Framing { none, length, chunked, until_close };

  bool fill();
  std::optional<std::string> line();
  std::string head_line();
  std::size_t take(std::span<char> out, std::uint64_t most);
  bool next_chunk();

  Connection connection_;
  bool head_request_;
  std::string buffer_;
  Answer head_;
  Framing framing_ = Framing::none;
  std::uint64_t left_ = 0;
  bool complete_ = false;
};

/// Sends a request to 127.0.0.1 and reads the answer, or the part of it that `reading` wants.
Answer fetch(int port, const HttpRequest& request, const Reading& reading = {},
             std::chrono::milliseconds limit = std::chrono::seconds{60});

}  // namespace claimcheck::test
