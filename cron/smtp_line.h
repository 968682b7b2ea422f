#pragma once

#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace claimcheck::cron {

/// A server's answer.
struct SmtpReply {
  int code = 0;                    ///< 200 to 599
  std::vector<std::string> lines;  ///< their texts, without the code; at least one

  /// 2, 3, 4 or 5.
  int kind() const { return code / 100; }
};

/// A connection to a mail server: bytes out, answers in. Everything throws Error `unavailable` when it fails or takes too long;
/// the connection is of no use then.
///
/// Poco's sockets and TLS do the work. Its DialogSocket and SMTPClientSession are not used because they read for ever when a
/// connection ends inside of an answer of several lines, keep what came before the handshake of STARTTLS as if it had come
/// after it, check no host name if they are given a connected socket, and have no time-out for connecting and for slow answers.
class SmtpLine {
 public:
  /// Connects, to the first of the host's addresses that answers.
  SmtpLine(const std::string& host, int port, seconds timeout);

  /// Begins TLS; the certificate must come from one of the authorities in `ca_file` (empty: the system's) and be valid for the
  /// host.
  void start_tls(const std::string& ca_file);

  void write(std::string_view bytes);

  /// The next answer. It must be complete in time, and of a reasonable size.
  SmtpReply read(seconds limit);

  /// Whether the server has said more than was asked: answers cannot be told apart any more.
  bool has_unread() const { return !unread_.empty(); }

 private:
  std::string read_line(std::chrono::steady_clock::time_point deadline);
  Poco::Net::StreamSocket& socket();

  std::string host_;
  Poco::Net::StreamSocket plain_;
  std::optional<Poco::Net::SecureStreamSocket> secure_;
  std::string unread_;
};

}  // namespace claimcheck::cron
