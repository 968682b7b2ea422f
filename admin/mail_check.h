#pragma once

#include "config/config.h"
#include "core/outbox.h"
#include "core/time.h"
#include "htaccess/finding.h"

namespace claimcheck::admin {

/// Whether the mails that the configuration asks for go out: by what waits in the outbox, and what failed within a day. Sends
/// nothing. Nothing is found where no mail is asked for. Throws Error{unavailable}.
htaccess::Findings check_mail(const config::Config& config, MailLog& mails, Time now);

}  // namespace claimcheck::admin
