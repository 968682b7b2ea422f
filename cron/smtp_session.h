#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cron/smtp_line.h"
#include "cron/transport.h"

namespace claimcheck::cron {

/// What a server said at a step of the session.
struct SmtpAnswer {
  std::string step;  ///< "greeting", "EHLO", "AUTH" …: what it answers
  SmtpReply reply;

  int code() const { return reply.code; }
  /// 2, 3, 4 or 5: the kind of answer.
  int kind() const { return reply.code / 100; }
  /// "RCPT: 550 5.1.1 No such user".
  std::string text() const;
};

/// A session with a mail server that is ready for mails: greeted, in TLS and logged in as set. Everything throws Error
/// `unavailable` that names the step, when the connection fails or the server breaks the rules; the session is over then.
class SmtpSession {
 public:
  /// Throws too if the server does not answer every step with yes.
  explicit SmtpSession(const SmtpSettings& settings);

  /// Sends a command line, and waits for its answer.
  SmtpAnswer ask(const std::string& step, const std::string& command);

  /// Sends a mail after DATA, and waits for its answer.
  SmtpAnswer give(const std::string& message);

  /// The same as ask() with a limit of its own, where the session may have ended: nothing instead of an exception.
  std::optional<SmtpAnswer> ask_if_alive(const std::string& step, const std::string& command, seconds limit);

 private:
  SmtpAnswer exchange(const std::string& step, std::string_view bytes, seconds limit);
  SmtpReply greet(const std::string& helo);
  void log_in(const SmtpReply& offer, const SmtpSettings& settings);

  seconds timeout_;
  SmtpLine line_;
};

}  // namespace claimcheck::cron
