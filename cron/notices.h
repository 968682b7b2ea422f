#pragma once

#include <string>
#include <vector>

#include "core/mail_draft.h"
#include "core/outbox.h"
#include "core/token.h"

namespace claimcheck::cron {

/// Writes the mails that jobs queue, each once: the outbox passes over what it has had before. Belongs to one thread.
class Notices {
 public:
  /// @param support  whom failures and receipts to the operator go to; empty: nobody
  /// References are kept.
  Notices(Outbox& outbox, MailLog& log, const Seal& seal, const Random& random, std::string support)
      : outbox_(outbox), log_(log), seal_(seal), random_(random), support_(std::move(support)) {}

  /// The link of a token expires soon. With the link itself if its mail is kept, which is so until the warning is out.
  void warn(const Token& token, Time now);

  /// Somebody has fetched a file completely.
  void tell_completion(const Token& token, const Claim& claim, Time now);

  /// Somebody with a good link could not get the file. @param error  a word of the error table, or "incomplete"
  void tell_failure(const Token& token, const std::string& error, Time at, Time now);

  /// These tokens have ended: the links in their mails are not needed any more.
  void close(std::span<const TokenId> tokens);

  /// Queues what was written since. @return how many mails were new. Throws Error{unavailable}; then they are still to queue.
  std::int64_t flush();

 private:
  void add(const MailDraft& draft, Time now);

  Outbox& outbox_;
  MailLog& log_;
  const Seal& seal_;
  const Random& random_;
  std::string support_;
  std::vector<Mail> written_;
};

}  // namespace claimcheck::cron
