#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace claimcheck::test {

/// A connected stream socket whose every operation ends at one deadline. Belongs to one thread.
class Connection {
 public:
  /// @param address  "unix:/path" or "tcp:127.0.0.1:PORT", as `claimcheck.fcgi --listen` takes it
  /// @param limit    for the whole life of the connection
  /// Throws if nobody listens.
  Connection(const std::string& address, std::chrono::milliseconds limit);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// @return false if the peer has closed. Throws at the deadline.
  bool send(std::string_view bytes);
  /// @return the number of bytes; 0 once the peer has closed or reset the connection. Throws at the deadline.
  std::size_t receive(std::span<char> out);
  /// Tells the peer that nothing more comes; receiving goes on.
  void finish_sending();
  void close();

 private:
  void wait_for(short events);

  int socket_ = -1;
  std::chrono::steady_clock::time_point deadline_;
};

/// Whether somebody accepts connections there.
bool listens(const std::string& address);

}  // namespace claimcheck::test
