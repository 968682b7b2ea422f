#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// POST v1/messages: queues a mail with files for several people; scope issue. 202 with what was queued.
Answer send_message(const Services& services, const Request& request, Subject& subject);

/// What seals mails. Throws Error{bad_request} if no mail is sent here.
const Seal& require_mail(const Services& services);

}  // namespace claimcheck::fcgi
