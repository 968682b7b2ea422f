#pragma once

#include <cstdint>
#include <string>

namespace claimcheck::bench {

/// Whether further requests are to go over a connection.
enum class Keep { open, closed };

/// A TCP connection to 127.0.0.1. Closed with this object.
class Socket {
 public:
  Socket() = default;
  /// Connects. Throws if nobody listens.
  /// @param receive_buffer  bytes that the kernel may hold for us; 0: as it likes
  explicit Socket(int port, int receive_buffer = 0);
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  int number() const { return number_; }
  /// Sends a GET request. @return false if the other side has closed the connection
  bool ask(const std::string& path, Keep keep) const;

 private:
  int number_ = -1;
};

/// The head of an answer, as far as a load generator cares.
struct Head {
  int status = 0;
  std::uint64_t length = 0;  ///< Content-Length
  bool closes = false;       ///< no further request on this connection
};

/// @param text  from the status line to the empty line
/// @throws std::runtime_error if there is no Content-Length: none of the servers measured has a reason to leave it out
Head parse_head(const std::string& text);

}  // namespace claimcheck::bench
