#pragma once

#include <memory>
#include <string>

#include "tests/support/process.h"

namespace claimcheck::test {

/// A private MariaDB server: its own data folder, unix socket and free loopback port; durable settings as in production,
/// server default collation utf8mb4_general_ci as shared hosts have it.
class MariaDb {
 public:
  MariaDb();
  /// One server for all tests of a process, started on first use.
  static MariaDb& shared();

  /// Makes an empty schema (dropping one of that name) and returns its store URL: mysql://root@localhost/NAME?unix_socket=…
  std::string fresh_schema(const std::string& name);
  /// The same schema over TCP.
  std::string tcp_url(const std::string& name) const;
  /// Runs statements as root, over the socket. @return the rows, columns divided by tabs; throws if one fails.
  std::string statement(const std::string& text);
  /// The file of the server's TLS certificate: self-signed, so its own CA; for the name 127.0.0.1.
  std::string certificate() const;
  const std::string& socket() const { return socket_; }
  int port() const { return port_; }

  void start();    ///< again, after stop() or kill(); returns when it answers
  void stop();     ///< in an orderly way
  void kill();     ///< SIGKILL
  void suspend();  ///< SIGSTOP: the server hangs
  void resume();   ///< SIGCONT

 private:
  TemporaryFolder folder_;
  std::string socket_;
  int port_ = 0;
  std::unique_ptr<Process> server_;
};

}  // namespace claimcheck::test
