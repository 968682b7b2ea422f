#pragma once

#include <optional>
#include <string>

#include "core/issue.h"
#include "core/mail.h"
#include "core/outbox.h"
#include "core/seal.h"
#include "core/secret.h"

namespace claimcheck {

/// A mail that somebody wants to be sent.
struct MailDraft {
  MailKind kind = MailKind::link;
  std::string about;          ///< id of the token, or of the message
  std::string occasion = {};  ///< see Mail::occasion
  std::string recipient;
  MailContent content;
};

/// The mail to queue: due at once, its content sealed for its id.
Mail make_mail(const MailDraft& draft, const Seal& seal, const Random& random, Time now);

/// What a mail tells; nothing if it was sealed with another key, or has been sent and emptied.
/// Throws Error{internal} if it is none that make_mail() made.
std::optional<MailContent> open_content(const Mail& mail, const Seal& seal);

/// The same where it is needed. Throws Error{unavailable} if there is nothing: with the right key it can be had.
MailContent content_of(const Mail& mail, const Seal& seal);

/// For whoever is to mail a link, before it is made. Throws Error{bad_request}, `details.field` email, if `email` is not
/// is_deliverable() (core/email_address.h).
void check_recipient(const std::string& email);

/// The mail that tells a new token's holder the link.
/// @param kind  link, or renewal if it takes the place of another
MailDraft link_draft(const Issued& issued, MailKind kind = MailKind::link);

/// The language that a token's mails are written in: its fact "language"; empty if it has none.
std::string language_of(const Token& token);

/// What a mail tells of a token's link. @param secret  empty if it is not known
MailedLink mailed_link(const Token& token, std::string secret);

}  // namespace claimcheck
