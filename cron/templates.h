#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail.h"
#include "cron/language.h"
#include "cron/template.h"

namespace claimcheck::cron {

/// One file of cron/templates/, part of the binary since it was built.
struct TemplateFile {
  std::string_view name;  ///< "en/link.txt", "layout.html"
  std::string_view text;
};

/// All of them.
const std::vector<TemplateFile>& template_files();

/// What the templates of a kind of mail may use; docs/mail-templates.md says what each is.
Placeholders placeholders_of(MailKind kind);

/// What layout.html may use.
Placeholders placeholders_of_layout();

/// What a kind of mail says in one language.
struct MailTemplate {
  Template subject, text, html;  ///< html: what goes into the layout
};

/// The templates of all mails, read once.
class Templates {
 public:
  /// @param overrides  a folder of files that replace built-in ones of the same relative name; empty: none
  /// Throws Error{bad_request} naming the file if one cannot be read, is no UTF-8, or uses an unknown placeholder.
  explicit Templates(const std::filesystem::path& overrides = {});

  const MailTemplate& of(MailKind kind, const Language& language) const;
  const Template& layout() const { return layout_; }

 private:
  Template layout_;
  std::map<std::pair<MailKind, std::string>, MailTemplate> mails_;
};

}  // namespace claimcheck::cron
