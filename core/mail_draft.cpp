#include "core/mail_draft.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/email_address.h"
#include "core/error.h"

namespace claimcheck {
namespace {

using Json = nlohmann::ordered_json;

Json encode(const std::optional<Time>& time) {
  return time ? Json(to_unix(*time)) : Json(nullptr);
}

std::optional<Time> decode_time(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return from_unix(json.get<std::int64_t>());
}

Json encode(const MailedLink& link) {
  return {{"token", link.token},
          {"filename", link.filename},
          {"size", link.size},
          {"secret", link.secret},
          {"expires_at", to_unix(link.expires_at)},
          {"max_uses", link.max_uses},
          {"uses", link.uses}};
}

MailedLink decode_link(const Json& json) {
  return {.token = json.at("token"),
          .filename = json.at("filename"),
          .size = json.at("size"),
          .secret = json.at("secret"),
          .expires_at = from_unix(json.at("expires_at")),
          .max_uses = json.at("max_uses"),
          .uses = json.at("uses")};
}

Json encode(const MailedFile& file) {
  return {{"storage", file.storage},
          {"file", file.file},
          {"filename", file.filename},
          {"size", file.version.size},
          {"mtime_ns", file.version.mtime_ns}};
}

MailedFile decode_file(const Json& json) {
  return {.storage = json.at("storage"),
          .file = json.at("file"),
          .filename = json.at("filename"),
          .version = {.size = json.at("size"), .mtime_ns = json.at("mtime_ns")}};
}

std::string encode(const MailContent& content) {
  Json links = Json::array(), attachments = Json::array();
  for (const MailedLink& link : content.links) links.push_back(encode(link));
  for (const MailedFile& file : content.attachments) attachments.push_back(encode(file));
  return Json{{"language", content.language},
              {"links", std::move(links)},
              {"customer", content.customer},
              {"error", content.error},
              {"at", encode(content.at)},
              {"subject", content.subject},
              {"text", content.text},
              {"attachments", std::move(attachments)},
              {"told_at", encode(content.told_at)}}
      .dump();
}

MailContent decode(const std::string& text) {
  const Json json = Json::parse(text);
  MailContent content{.language = json.at("language"),
                      .links = {},
                      .customer = json.at("customer"),
                      .error = json.at("error"),
                      .at = decode_time(json.at("at")),
                      .subject = json.at("subject"),
                      .text = json.at("text"),
                      .attachments = {},
                      .told_at = decode_time(json.at("told_at"))};
  for (const Json& link : json.at("links")) content.links.push_back(decode_link(link));
  for (const Json& file : json.at("attachments")) content.attachments.push_back(decode_file(file));
  return content;
}

}  // namespace

Mail make_mail(const MailDraft& draft, const Seal& seal, const Random& random, Time now) {
  constexpr std::int64_t milliseconds = 1000;
  Mail mail{.id = make_uuid(to_unix(now) * milliseconds, random),
            .kind = draft.kind,
            .about = draft.about,
            .occasion = draft.occasion,
            .recipient = draft.recipient,
            .created_at = now,
            .next_at = now};
  mail.content = seal.close(encode(draft.content), mail.id, random);
  return mail;
}

std::optional<MailContent> open_content(const Mail& mail, const Seal& seal) {
  const auto text = seal.open(mail.content, mail.id);
  if (!text) return std::nullopt;
  try {
    return decode(*text);
  } catch (const Json::exception& fault) {
    throw Error{Errc::internal, "the content of mail " + mail.id + " cannot be read: " + fault.what()};
  }
}

MailContent content_of(const Mail& mail, const Seal& seal) {
  if (auto content = open_content(mail, seal)) return std::move(*content);
  throw Error{Errc::unavailable, "the content of mail " + mail.id + " cannot be opened: it was sealed with another [mail] key"};
}

void check_recipient(const std::string& email) {
  require(is_deliverable(email), "email",
          "a link can only be mailed to an email address that mail servers deliver to, such as ada@example.com");
}

MailDraft link_draft(const Issued& issued, MailKind kind) {
  constexpr std::size_t occasion_length = 16;
  return {.kind = kind,
          .about = issued.token.id.text,
          // A token may be regenerated often, and each time its holder is to be told.
          .occasion = kind == MailKind::renewal ? issued.token.digest.hex().substr(0, occasion_length) : "",
          .recipient = issued.token.email,
          .content = {.language = language_of(issued.token), .links = {mailed_link(issued.token, issued.secret.reveal())}}};
}

std::string language_of(const Token& token) {
  const auto fact = token.facts.find("language");
  return fact == token.facts.end() ? "" : fact->second;
}

MailedLink mailed_link(const Token& token, std::string secret) {
  return {.token = token.id.text,
          .filename = token.filename,
          .size = token.version.size,
          .secret = std::move(secret),
          .expires_at = token.expires_at,
          .max_uses = token.max_uses,
          .uses = token.uses};
}

}  // namespace claimcheck
