#pragma once

#include <cstdint>
#include <string>

#include "core/outbox.h"
#include "cron/run.h"
#include "cron/transport.h"

namespace claimcheck::cron {

/// A mail as it is handed to a transport.
struct Composed {
  std::string sender;    ///< address
  std::string message;   ///< RFC 5322
  std::string obsolete;  ///< why it need not go out any more; empty if it is to
  std::string kept;      ///< the content that stays in the outbox once it is sent
};

/// Makes what goes out of what waits. Belongs to one thread.
class Composer {
 public:
  virtual ~Composer() = default;
  /// Throws Error{unavailable} if something cannot be had at the moment; any other Error means that this mail can never be
  /// made.
  virtual Composed compose(const Mail& mail) = 0;
};

/// How many mails may be handed to the mail server, since hosts lock those out that send many.
struct SendLimits {
  std::int64_t per_run = 0;
  std::int64_t per_hour = 0;
};

/// What one run of the job did.
struct SendReport {
  std::int64_t sent = 0;
  std::int64_t postponed = 0;  ///< the server asked for patience, or something it needs cannot be had
  std::int64_t failed = 0;     ///< for good
  std::int64_t obsolete = 0;   ///< nobody needs them any more
  std::string fault;           ///< why the mail server cannot be used; empty if it can
};

/// Sends what is due, those first that wait longest. A mail is taken in hand before and written off after, so that several
/// runners share the work; one that dies leaves its mail to the next after a quarter of an hour. A mail can go out twice only
/// if the line, the process or the database breaks between the final dot and the note that it is sent; its Message-ID is the
/// same then. A server that cannot be reached three times in a row ends the run.
/// In a dry run the mails due are counted as sent. Throws Error{unavailable} if the database cannot be reached.
SendReport send(Outbox& outbox, Composer& composer, Transport& transport, const SendLimits& limits, const Run& run);

}  // namespace claimcheck::cron
