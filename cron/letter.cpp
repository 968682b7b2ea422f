#include "cron/letter.h"

#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/MultipartWriter.h>
#include <Poco/Net/QuotedPrintableEncoder.h>
#include <Poco/SHA2Engine.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string_view>

#include "core/ascii.h"
#include "core/base64.h"
#include "core/email_address.h"
#include "core/error.h"
#include "cron/header_field.h"
#include "cron/line_breaks.h"

namespace claimcheck::cron {
namespace {

constexpr std::size_t longest_text = 200;  // characters

bool is_message_id(std::string_view text) {
  return text.starts_with('<') && text.ends_with('>') && is_deliverable(text.substr(1, text.size() - 2));
}

bool is_unsubscribe_url(std::string_view text) {
  constexpr std::size_t longest = 900;  // it cannot be folded, and a line ends at 998
  return (text.starts_with("mailto:") || text.starts_with("https://")) && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '<' && c != '>' && c != ','; });
}

void check(const Letter& letter) {
  require(is_message_id(letter.message_id), "message_id", "a message id must be <ID@DOMAIN>");
  require(is_deliverable(letter.from.address), "from", "the sender's address cannot be delivered to");
  require(is_deliverable(letter.to), "to", "the receiver's address cannot be delivered to");
  require(letter.reply_to.empty() || is_deliverable(letter.reply_to), "reply_to",
          "the address for answers cannot be delivered to");
  require(letter.references.empty() || is_message_id(letter.references), "references", "a message id must be <ID@DOMAIN>");
  require(letter.unsubscribe.empty() || is_unsubscribe_url(letter.unsubscribe), "unsubscribe",
          "the address for unsubscribing must be a mailto: or https: URL");
}

/// A message or a part of one.
struct Part {
  Poco::Net::MessageHeader header;
  std::string body;
};

Part text_part(const char* type, std::string_view text) {
  std::ostringstream body;
  Poco::Net::QuotedPrintableEncoder encoder{body};
  encoder << with_line_breaks(text, "\r\n");
  if (!text.ends_with('\n') && !text.ends_with('\r')) encoder << "\r\n";  // so that spaces at the end are encoded too
  encoder.close();
  Part part{.header = {}, .body = body.str()};
  part.header.set("Content-Type", fmt::format("{}; charset=utf-8", type));
  part.header.set("Content-Transfer-Encoding", "quoted-printable");
  return part;
}

/// A file name for the receiver's disk: no path, and its extension survives if the name is cut.
std::string attachment_name(std::string_view filename) {
  constexpr std::size_t longest_extension = 16;
  std::string name{filename};
  std::ranges::replace(name, '/', '_');
  std::ranges::replace(name, '\\', '_');
  name = header_text(name, name.size());
  const std::size_t dot = name.rfind('.');
  const std::string extension = dot != std::string::npos && name.size() - dot <= longest_extension ? name.substr(dot) : "";
  const std::string stem = name.substr(0, name.size() - extension.size());
  name = header_text(stem, longest_text - extension.size()) + extension;
  return name.empty() ? "download" : name;
}

/// multipart/* and message/* may not be sent in base64 (RFC 2046 section 5.2.1), and would be read as parts of the mail.
std::string attachment_type(const std::string& type) {
  constexpr std::size_t longest_type = 127;  // RFC 6838 section 4.2, each half
  constexpr std::string_view signs = "!#$&-^_.+";
  const auto is_name = [&](std::string_view text) {
    return !text.empty() && text.size() <= longest_type &&
           std::ranges::all_of(text, [&](char c) { return is_letter_or_digit(c) || signs.find(c) != std::string_view::npos; });
  };
  const std::string kind = lower(type.substr(0, type.find('/')));
  const bool good = kind.size() < type.size() && is_name(kind) && is_name(std::string_view{type}.substr(kind.size() + 1));
  return good && kind != "multipart" && kind != "message" ? type : "application/octet-stream";
}

Part attachment_part(const Attachment& attachment) {
  Part part{.header = {}, .body = base64_lines(attachment.bytes)};
  part.header.set("Content-Type", attachment_type(attachment.media_type));
  part.header.set("Content-Transfer-Encoding", "base64");
  part.header.set("Content-Disposition", "attachment" + folded_parameter("filename", attachment_name(attachment.filename)));
  return part;
}

/// @param kind  "alternative" or "mixed"
Part multipart(const char* kind, const std::string& message_id, const std::vector<Part>& parts) {
  constexpr std::size_t digits = 32;
  Poco::SHA2Engine engine;
  engine.update(message_id);
  const std::string digest = Poco::DigestEngine::digestToHex(engine.digest()).substr(0, digits);
  // "=_" occurs neither in quoted-printable nor in base64, so no part can contain the boundary (RFC 2045 section 6.7).
  const std::string boundary = fmt::format("=_{}_{}", kind, digest);
  std::ostringstream body;
  Poco::Net::MultipartWriter writer{body, boundary};
  for (const Part& part : parts) {
    writer.nextPart(part.header);
    writer.stream() << part.body;
  }
  writer.close();
  Part whole{.header = {}, .body = body.str()};
  whole.header.set("Content-Type", fmt::format("multipart/{};\r\n boundary=\"{}\"", kind, boundary));
  return whole;
}

Part content_of(const Letter& letter) {
  Part content = text_part("text/plain", letter.text);
  if (!letter.html.empty())
    content = multipart("alternative", letter.message_id, {std::move(content), text_part("text/html", letter.html)});
  if (letter.attachments.empty()) return content;
  std::vector<Part> parts{std::move(content)};
  for (const Attachment& attachment : letter.attachments) parts.push_back(attachment_part(attachment));
  return multipart("mixed", letter.message_id, parts);
}

/// RFC 5322 section 3.3 has a number where HTTP has a name of the zone.
std::string format_mail_date(Time date) {
  constexpr std::string_view zone = "GMT";
  std::string text = format_http_date(date);
  return text.replace(text.size() - zone.size(), zone.size(), "+0000");
}

}  // namespace

std::string to_rfc5322(const Letter& letter) {
  check(letter);
  std::string out = token_field("Date", format_mail_date(letter.date));
  out += token_field("Message-ID", letter.message_id);
  out += mailbox_field("From", header_text(letter.from.name, longest_text), letter.from.address);
  out += mailbox_field("To", {}, letter.to);
  if (!letter.reply_to.empty()) out += mailbox_field("Reply-To", {}, letter.reply_to);
  out += text_field("Subject", header_text(letter.subject, longest_text));
  if (!letter.references.empty())
    out += token_field("In-Reply-To", letter.references) + token_field("References", letter.references);
  out += "Auto-Submitted: auto-generated\r\n";
  out += "X-Auto-Response-Suppress: All\r\n";
  if (!letter.unsubscribe.empty()) out += token_field("List-Unsubscribe", fmt::format("<{}>", letter.unsubscribe));
  out += "MIME-Version: 1.0\r\n";
  const Part content = content_of(letter);
  std::ostringstream header;
  content.header.write(header);
  return out + header.str() + "\r\n" + content.body;
}

}  // namespace claimcheck::cron
