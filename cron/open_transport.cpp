#include "core/email_address.h"
#include "cron/transport.h"

namespace claimcheck::cron {

std::unique_ptr<Transport> open_transport(const MailSettings& mail) {
  using Kind = MailSettings::Transport;
  if (mail.transport == Kind::off || mail.transport == Kind::none) return nullptr;
  if (mail.transport == Kind::sendmail) return open_sendmail(mail.program);
  return open_smtp({.host = mail.host,
                    .port = static_cast<int>(mail.port),
                    .security = mail.security,
                    .user = mail.user,
                    .password = mail.password,
                    .ca_file = mail.ca_file,
                    .helo = std::string{domain_of(parse_mailbox(mail.from).value().address)}});
}

}  // namespace claimcheck::cron
