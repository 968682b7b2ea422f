#pragma once

#include <string>

#include "cron/transport.h"
#include "tests/support/dying_smtp_server.h"

namespace claimcheck::test {

using cron::Dispatch;
using cron::SmtpSettings;
using Outcome = Dispatch::Outcome;
using Act = DyingSmtpServer::Act;
using Point = DyingSmtpServer::Point;
using Fault = DyingSmtpServer::Fault;

inline const std::string sender = "shop@example.com", recipient = "ada@example.org";

/// For a server on this host without TLS.
inline SmtpSettings settings_on(int port, const std::string& password) {
  return {.host = "127.0.0.1",
          .port = port,
          .security = SmtpSettings::Security::none,
          .user = "shop",
          .password = password,
          .ca_file = "",
          .helo = "www.example.com"};
}

}  // namespace claimcheck::test
