#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "core/token.h"

namespace claimcheck {

/// What a mail is about.
enum class MailKind {
  link,     ///< to its holder: here is your link
  warning,  ///< to its holder: it works until then, and you have not fetched the file completely
  receipt,  ///< to its holder or to the operator: the file was fetched completely
  failure,  ///< to the operator: somebody with a good link could not get the file
  renewal,  ///< to its holder: a new link in place of an old one
  message,  ///< anything, with files attached or linked
};

/// "link", "warning" …: as tables, templates and JSON have it.
std::string_view to_string(MailKind kind);
std::optional<MailKind> parse_mail_kind(std::string_view word);

/// A link that a mail tells of.
struct MailedLink {
  std::string token;     ///< its id
  std::string filename;  ///< what the holder's copy is called
  std::uint64_t size = 0;
  std::string secret;  ///< empty if we do not have it any more: then the mail refers to the one that told it
  Time expires_at;
  std::int64_t max_uses = 1;  ///< 0 means unlimited
  std::int64_t uses = 0;      ///< spent so far

  bool operator==(const MailedLink&) const = default;
};

/// A file that a mail carries itself; read from its storage when the mail goes out.
struct MailedFile {
  std::string storage, file, filename;
  FileVersion version;

  bool operator==(const MailedFile&) const = default;
};

/// What a mail tells, apart from what the configuration says. May hold secrets, so it is sealed while it waits (core/seal.h).
struct MailContent {
  std::string language;                 ///< "en", "de" …; empty: the site's
  std::vector<MailedLink> links;        ///< one, except in messages
  std::string customer;                 ///< receipt, failure: whom the link was issued to; may be empty
  std::string error;                    ///< failure: the word of the error table, or "incomplete"
  std::optional<Time> at;               ///< receipt, failure: when it happened
  std::string subject, text;            ///< message
  std::vector<MailedFile> attachments;  ///< message
  std::optional<Time> told_at;          ///< warning without a secret: when the link was mailed, if it was

  bool operator==(const MailContent&) const = default;
};

}  // namespace claimcheck
