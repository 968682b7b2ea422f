#pragma once

#include "core/token.h"
#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// Whether the holder of a link may have a new one mailed when it is over: its policy says so, and mail leaves this site.
bool is_renewable(const Services& services, const Token& token);

/// POST SECRET/renew: mails a new link, which works like the old one did at first, to the address that the old one was issued
/// to, once a day at most. The answer tells neither whether there is such an address nor whether a mail was sent.
/// Throws Error: why the link is over, if it may not be renewed; whatever else keeps its holder from the file.
Answer renew_link(const Services& services, const Request& request, Subject& subject);

}  // namespace claimcheck::fcgi
