#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace claimcheck::test {

/// A mail as the server took it.
struct ReceivedMail {
  std::string sender;
  std::vector<std::string> recipients;
  std::string content;     ///< without the dots that SMTP adds
  bool encrypted = false;  ///< came in TLS
  std::string login;       ///< the user who logged in; empty if nobody did
};

/// A real mail server, aiosmtpd, on a free loopback port. It takes every mail.
class SmtpServer {
 public:
  enum class Security { none, starttls, tls };
  struct Options {
    Security security = Security::starttls;            ///< what is offered, and required
    std::string user, password;                        ///< who has to log in; nobody if empty
    std::string mechanism = "PLAIN";                   ///< or "LOGIN": the only one offered
    std::string names = "IP:127.0.0.1,DNS:localhost";  ///< that its certificate is valid for
  };

  explicit SmtpServer(const Options& options);

  int port() const { return port_; }
  /// Its own authority, in PEM.
  std::filesystem::path certificate() const { return folder_ / "certificate.pem"; }
  std::vector<ReceivedMail> messages() const;

 private:
  TemporaryFolder folder_;
  int port_;
  std::optional<Process> process_;
};

}  // namespace claimcheck::test
