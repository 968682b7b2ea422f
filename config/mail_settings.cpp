#include <algorithm>

#include "config/setters.h"
#include "core/email_address.h"
#include "core/seal.h"

namespace claimcheck::config {
namespace {

Wrong is_absolute_program(const std::string& path) {
  if (!path.starts_with("/")) return "must be an absolute path, such as \"/usr/sbin/sendmail\"";
  return std::nullopt;
}

Wrong is_sender(const std::string& text) {
  if (text.empty() || parse_mailbox(text)) return std::nullopt;
  return "must be \"downloads@example.com\" or \"Example <downloads@example.com>\"";
}

Wrong is_address_or_empty(const std::string& text) {
  if (text.empty() || is_deliverable(text)) return std::nullopt;
  return "must be one mail address, such as \"help@example.com\"";
}

Wrong is_key_or_empty(const std::string& key) {
  if (key.empty() || key.size() >= Seal::shortest_key) return std::nullopt;
  return "must have at least 32 characters; `openssl rand -hex 32` makes some";
}

Wrong set_patterns(OrphanSettings& orphans, const Value& value) {
  const auto* given = std::get_if<std::vector<std::string>>(&value);
  const auto is_bad = [](const std::string& pattern) { return pattern.empty() || pattern.find('/') != std::string::npos; };
  if (given == nullptr || given->empty() || std::ranges::any_of(*given, is_bad))
    return "must be a list of patterns for names in quotes, such as [\"*.part\"]";
  orphans.patterns = *given;
  return std::nullopt;
}

}  // namespace

const std::vector<Setting<MailSettings>>& mail_settings() {
  using Transport = MailSettings::Transport;
  using Security = MailSettings::Security;
  static const std::vector<Setting<MailSettings>> settings{
      {"transport", "\"off\"",
       "How mail leaves: \"smtp\", \"sendmail\", \"none\" (it waits for another program, see `claimcheck mail take`), or "
       "\"off\": "
       "none is written.",
       choice<MailSettings, Transport>(
           {{"off", Transport::off}, {"none", Transport::none}, {"smtp", Transport::smtp}, {"sendmail", Transport::sendmail}},
           [](MailSettings& mail) -> Transport& { return mail.transport; })},
      {"from", "\"\"", "The sender, such as \"Example <downloads@example.com>\"; an address of the site's own domain.",
       text(&MailSettings::from, is_sender)},
      {"reply_to", "\"\"", "Where answers go, if not to the sender.", text(&MailSettings::reply_to, is_address_or_empty)},
      {"host", "\"\"", "The SMTP server's name, as its certificate has it.", text(&MailSettings::host, anything)},
      {"port", "587", "The SMTP server's port; 465 is usual with security = \"tls\".", count(&MailSettings::port, 1, 65535)},
      {"security", "\"starttls\"",
       "\"starttls\" or \"tls\" (from the first byte); the certificate is checked. \"none\" only for a server on this machine.",
       choice<MailSettings, Security>({{"starttls", Security::starttls}, {"tls", Security::tls}, {"none", Security::none}},
                                      [](MailSettings& mail) -> Security& { return mail.security; })},
      {"user", "\"\"", "Whom to log in as; empty: no login.", text(&MailSettings::user, anything)},
      {"password", "\"\"", "The password; \"@/path\" reads it from a file.", text(&MailSettings::password, anything)},
      {"ca_file", "\"\"", "A file of authorities to believe instead of the system's.",
       text(&MailSettings::ca_file, is_absolute_or_empty)},
      {"program", "\"/usr/sbin/sendmail\"", "The program that transport = \"sendmail\" hands mails to.",
       text(&MailSettings::program, is_absolute_program)},
      {"per_run", "20", "How many mails one run of claimcheck-cron sends at most.",
       count(&MailSettings::per_run, 1, 1'000'000)},
      {"per_hour", "50", "How many mails are sent in an hour at most; hosts lock out who sends more.",
       count(&MailSettings::per_hour, 1, 1'000'000)},
      {"attach_up_to", "\"1 MiB\"", "Files of a message are attached up to this size; larger ones become links.",
       bytes<MailSettings>(
           parse_size, [](MailSettings& mail) -> std::uint64_t& { return mail.attach_up_to; }, "1 MiB")},
      {"templates", "\"\"", "A folder with your own texts in place of the ones that come with claimcheck.",
       text(&MailSettings::templates, is_absolute_or_empty)},
      {"key", "\"\"",
       "What seals mails that wait in the database, at least 32 characters, the same on all machines; \"@/path\" reads it from "
       "a "
       "file. Without it: the file mail.key beside this one, which the command line makes.",
       text(&MailSettings::key, is_key_or_empty)},
  };
  return settings;
}

const std::vector<Setting<OrphanSettings>>& orphan_settings() {
  static const std::vector<Setting<OrphanSettings>> settings{
      {"folder", "", "A folder whose leftovers claimcheck-cron removes, as an absolute path. Required.",
       text(&OrphanSettings::folder, is_absolute)},
      {"patterns", "", "Names of files to remove, such as [\"*.part\", \"tmp-*\"]. Required.", set_patterns},
      {"older_than", "\"24h\"", "How long ago a file must have changed last.",
       duration<OrphanSettings>([](OrphanSettings& orphans) -> seconds& { return orphans.older_than; }, seconds{60},
                                longest_ttl)},
  };
  return settings;
}

}  // namespace claimcheck::config
