#pragma once

#include <string>
#include <vector>

#include "core/email_address.h"
#include "core/time.h"

namespace claimcheck::cron {

/// A file that travels in a mail.
struct Attachment {
  std::string filename;    ///< what the receiver's copy is to be called
  std::string media_type;  ///< "application/pdf"; anything else than a plain type/subtype counts as application/octet-stream
  std::string bytes;
};

/// A mail to one person, ready to go out.
struct Letter {
  std::string message_id;  ///< "<ID@DOMAIN>", the same at every attempt
  Mailbox from;
  std::string reply_to;  ///< an address; may be empty
  std::string to;        ///< an address
  std::string subject;
  std::string text;  ///< UTF-8, any line breaks
  std::string html;  ///< the same; may be empty
  Time date;
  std::string references;   ///< message id of the mail that this one follows; may be empty
  std::string unsubscribe;  ///< what List-Unsubscribe says, without <>: "mailto:…" or "https:…"; may be empty
  std::vector<Attachment> attachments;
};

/// The letter as a message: 7-bit, lines of CR LF, not dot-stuffed; the same bytes for the same letter. Subject, names and file
/// names are cut to 200 characters and say no more than one header (cron/header_field.h).
///
/// Throws Error `bad_request`, with the name of the member in `details.field`, if an address is none that can be delivered to
/// (core/email_address.h), a message id is not such an address in angle brackets, or `unsubscribe` is no URL of these two
/// kinds. Source: RFC 5322, RFC 2045 to 2047, RFC 2183, RFC 2231, RFC 2369, RFC 3834.
std::string to_rfc5322(const Letter& letter);

}  // namespace claimcheck::cron
