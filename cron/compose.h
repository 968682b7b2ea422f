#pragma once

#include <optional>
#include <string>

#include "core/delivery_log.h"
#include "core/email_address.h"
#include "core/mail_draft.h"
#include "core/settings.h"
#include "core/site.h"
#include "core/storage.h"
#include "core/token_store.h"
#include "cron/letter.h"
#include "cron/rendering.h"
#include "cron/send.h"

namespace claimcheck::cron {

/// What mails are made from. Refers to parts that have to live as long as it does.
struct MailSources {
  TokenStore& tokens;
  DeliveryLog& deliveries;
  MailLog& mails;
  const Storages& storages;
  const Seal& seal;
  const Site& site;
  const MailSettings& settings;
  Time now;
};

/// Renders mails, reads the files they carry, and knows which ones nobody needs any more: a link that was revoked or has
/// expired, a warning of an expiry that was put off, or about a file that was fetched meanwhile.
class MailComposer final : public Composer {
 public:
  /// Throws Error{bad_request} if the time zone or a template of the configuration cannot be used.
  explicit MailComposer(MailSources sources);
  Composed compose(const Mail& mail) override;

 private:
  std::string why_obsolete(const Mail& mail, const std::optional<Token>& token);
  std::vector<Attachment> read(const std::vector<MailedFile>& files) const;
  std::string message_id(const Mail& mail) const;
  std::string message_id_of_link(const Mail& warning);
  std::string unsubscribe(const Mail& warning) const;

  MailSources sources_;
  Zone zone_;
  Templates templates_;
  Mailbox from_;
};

}  // namespace claimcheck::cron
