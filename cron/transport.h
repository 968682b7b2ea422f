#pragma once

#include <memory>
#include <string>

#include "core/settings.h"
#include "core/time.h"

namespace claimcheck::cron {

/// What became of an attempt to send a mail.
struct Dispatch {
  /// Named by what the sender can do next.
  enum class Outcome {
    accepted,    ///< it is the next server's now
    try_later,   ///< not this mail, not now
    refused,     ///< never this mail
    unreachable  ///< no fault of this mail: connection, TLS, login, set-up. It may have arrived if the line broke at its very
                 ///< end
  };
  Outcome outcome;
  std::string answer;  ///< what was said, for the operator: one line of printable US-ASCII, at most 300, without secrets
};

/// A way for mails to leave. Belongs to one thread.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Hands one mail over. Returns after a bounded time; whatever happened, the next mail may be tried. Never throws Error,
  /// never raises SIGPIPE.
  ///
  /// @param sender     is_deliverable() (core/email_address.h), or the outcome is `unreachable`: it stands in the configuration
  /// @param recipient  is_deliverable(), or the outcome is `refused`
  /// @param message    as to_rfc5322() (cron/letter.h) makes it. To repeat it as it is after `unreachable` is safe: its
  ///                   Message-ID tells two copies apart from two mails.
  virtual Dispatch send(const std::string& sender, const std::string& recipient, const std::string& message) = 0;
};

/// How a mail server is reached.
struct SmtpSettings {
  using Security = MailSettings::Security;

  std::string host;  ///< a name or an address; the certificate must be valid for it
  int port = 587;
  Security security = Security::starttls;
  std::string user, password;  ///< without a user there is no login
  std::string ca_file;         ///< certificates to trust, in PEM; empty: the system's
  std::string helo;            ///< our name
  seconds timeout{30};         ///< for each connection, answer and piece of a mail
};

/// SMTP with TLS and login as set. Connects for the first mail; the session serves 100, is replaced after a fault or when the
/// server has ended it meanwhile, and ends with QUIT. An answer 4xx or 5xx to MAIL, RCPT, DATA or the message is about the mail
/// (`try_later`, `refused`), except 421 and those that ask for a login (530, 535, 538); every other fault is `unreachable`.
/// Source: RFC 5321, RFC 3207, RFC 4954.
std::unique_ptr<Transport> open_smtp(const SmtpSettings& settings);

/// A program that takes mails as sendmail does: "PROGRAM -i -f SENDER -- RECIPIENT", the message with LF lines on standard
/// input. It is run without a shell, inherits no descriptor, and is killed with its process group when its time is over.
///
/// Exit status 0 is `accepted`; 64, 65, 67 and 68 are `refused`; 77, 78, 126, 127, a signal, the end of its time and a program
/// that cannot be started are `unreachable`; every other is `try_later`. Source: sysexits(3).
///
/// @param program  absolute path
/// @param timeout  for one mail
std::unique_ptr<Transport> open_sendmail(const std::string& program, seconds timeout = seconds{60});

/// The way that the configuration says. @return nullptr if mails are not sent by us
std::unique_ptr<Transport> open_transport(const MailSettings& mail);

}  // namespace claimcheck::cron
