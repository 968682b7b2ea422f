#include "cron/compose.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/media_type.h"
#include "core/percent_encoding.h"
#include "cron/warn.h"

namespace claimcheck::cron {
namespace {

/// Whether the mail is about a link that its recipient is to open.
bool offers_link(MailKind kind) {
  return kind == MailKind::link || kind == MailKind::renewal || kind == MailKind::warning;
}

/// Whether the link that a mail tells was replaced by another since.
bool tells_old_secret(const MailContent& content, const Token& token) {
  return std::ranges::any_of(
      content.links, [&](const MailedLink& link) { return !link.secret.empty() && Digest::of(link.secret) != token.digest; });
}

std::string read_whole(OpenFile& file, std::uint64_t size) {
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t count = file.read(done, std::span{bytes}.subspan(done));
    if (count == 0) throw Error{Errc::file_changed, "it became shorter while it was read"};
    done += count;
  }
  return bytes;
}

}  // namespace

MailComposer::MailComposer(MailSources sources)
    : sources_(sources), zone_(sources.site.timezone), templates_(sources.settings.templates) {
  if (auto from = parse_mailbox(sources.settings.from)) from_ = std::move(*from);
  if (from_.name.empty()) from_.name = sources.site.name;
}

Composed MailComposer::compose(const Mail& mail) {
  const auto token = offers_link(mail.kind) ? sources_.tokens.find(TokenId{mail.about}) : std::nullopt;
  Composed composed{.sender = from_.address, .message = {}, .obsolete = why_obsolete(mail, token), .kept = {}};
  if (!composed.obsolete.empty()) return composed;
  const MailContent content = content_of(mail, sources_.seal);
  if (token && tells_old_secret(content, *token)) {
    composed.obsolete = "the token has another link by now";
    return composed;
  }
  const Correspondence ours{.site = sources_.site, .zone = zone_, .templates = templates_, .language = sources_.site.language};
  Rendered rendered = render(mail.kind, content, ours, sources_.now);
  const bool warning = mail.kind == MailKind::warning;
  composed.message = to_rfc5322({.message_id = message_id(mail),
                                 .from = from_,
                                 .reply_to = sources_.settings.reply_to,
                                 .to = mail.recipient,
                                 .subject = std::move(rendered.subject),
                                 .text = std::move(rendered.text),
                                 .html = std::move(rendered.html),
                                 .date = mail.created_at,
                                 .references = warning ? message_id_of_link(mail) : "",
                                 .unsubscribe = warning ? unsubscribe(mail) : "",
                                 .attachments = read(content.attachments)});
  // A warning will repeat the link; until then it stays, sealed.
  if (!warning && token && token->rules.warn_before > seconds{0}) composed.kept = mail.content;
  return composed;
}

std::string MailComposer::why_obsolete(const Mail& mail, const std::optional<Token>& token) {
  if (!offers_link(mail.kind)) return {};
  if (!token) return "the token is gone";
  if (token->revoked_at) return "the token was revoked";
  if (sources_.now >= token->expires_at) return "the token has expired";
  if (mail.kind != MailKind::warning) return {};
  if (mail.occasion != std::to_string(to_unix(token->expires_at))) return "the token expires at another time by now";
  return was_fetched(*token, sources_.deliveries) ? "the file was fetched meanwhile" : "";
}

std::vector<Attachment> MailComposer::read(const std::vector<MailedFile>& files) const {
  std::vector<Attachment> attachments;
  for (const MailedFile& each : files) {
    const auto storage = sources_.storages.find(each.storage);
    if (storage == sources_.storages.end())
      throw Error{Errc::file_not_found, "the configuration has no storage " + each.storage};
    const auto file = storage->second->open(each.file, ServedAs::decrypted);
    if (file->version() != each.version) throw Error{Errc::file_changed, each.filename + " was changed since"};
    attachments.push_back({.filename = each.filename,
                           .media_type = std::string{media_type(each.filename)},
                           .bytes = read_whole(*file, each.version.size)});
  }
  return attachments;
}

std::string MailComposer::message_id(const Mail& mail) const {
  return fmt::format("<{}@{}>", mail.id, domain_of(from_.address));
}

/// So that mail programs show the warning below the mail that told the link.
std::string MailComposer::message_id_of_link(const Mail& warning) {
  auto told = sources_.mails.find(warning.about, MailKind::renewal);
  if (!told) told = sources_.mails.find(warning.about, MailKind::link);
  return told && told->sent_at ? message_id(*told) : "";
}

std::string MailComposer::unsubscribe(const Mail& warning) const {
  const std::string& address = sources_.settings.reply_to.empty() ? from_.address : sources_.settings.reply_to;
  const std::string local = percent_encoded(address.substr(0, address.rfind('@')));
  return fmt::format("mailto:{}@{}?subject=unsubscribe%20{}", local, domain_of(address), warning.about);
}

}  // namespace claimcheck::cron
