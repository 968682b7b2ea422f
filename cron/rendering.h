#pragma once

#include <string>

#include "core/mail.h"
#include "core/site.h"
#include "core/time.h"
#include "cron/local_time.h"
#include "cron/templates.h"

namespace claimcheck::cron {

/// A mail as it is read; all three are UTF-8 without control characters except line feeds.
struct Rendered {
  std::string subject;  ///< one line of at most 150 characters
  std::string text;     ///< lines of at most 76 bytes, where no long value or text of a person stands in the way
  std::string html;     ///< a whole document that loads nothing from anywhere
};

/// How a site writes its mails. Refers to parts that have to live as long as it does.
struct Correspondence {
  const Site& site;
  const Zone& zone;
  const Templates& templates;
  std::string language;  ///< where a mail does not name its own
};

/// @param now  when it is written: tells how long links will work
/// Throws Error{internal} if `content` lacks the link that a mail of this kind is about.
Rendered render(MailKind kind, const MailContent& content, const Correspondence& correspondence, Time now);

}  // namespace claimcheck::cron
