#include "cron/letter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "cron/header_field.h"
#include "cron/line_breaks.h"
#include "tests/unit/read_message.h"

namespace claimcheck::cron {
namespace {

using test::filename_of;
using test::raw_field;
using test::read_message;
using test::ReadMessage;
using test::words_decoded;

using namespace std::string_literals;

void expect_well_formed(const std::string& message) {
  ASSERT_TRUE(message.ends_with("\r\n"));
  std::size_t longest = 0, begin = 0;
  for (std::size_t at = 0; at < message.size(); ++at) {
    const auto octet = static_cast<unsigned char>(message[at]);
    ASSERT_TRUE((octet >= ' ' && octet <= '~') || octet == '\r' || octet == '\n' || octet == '\t') << "octet " << int{octet};
    if (octet == '\r') {
      ASSERT_EQ(message[at + 1], '\n');
    }
    if (octet != '\n') continue;
    ASSERT_EQ(message[at - 1], '\r');
    longest = std::max(longest, at - 1 - begin);
    begin = at + 1;
  }
  EXPECT_LE(longest, 76U);
}

Letter plain_letter() {
  return {.message_id = "<0198c0de-1@example.com>",
          .from = {.name = "Example Shop", .address = "shop@example.com"},
          .reply_to = "support@example.com",
          .to = "ada@example.org",
          .subject = "Your link",
          .text = "Hello Ada\n",
          .html = "<p>Hello Ada</p>\n",
          .date = from_unix(1'795'271'550),
          .references = "<0198c0de-0@example.com>",
          .unsubscribe = "mailto:support@example.com?subject=stop",
          .attachments = {}};
}

TEST(Letter, IsAMessage) {
  Letter letter = plain_letter();
  letter.html = "";
  EXPECT_EQ(to_rfc5322(letter),
            "Date: Sat, 21 Nov 2026 14:32:30 +0000\r\n"
            "Message-ID: <0198c0de-1@example.com>\r\n"
            "From: Example Shop <shop@example.com>\r\n"
            "To: ada@example.org\r\n"
            "Reply-To: support@example.com\r\n"
            "Subject: Your link\r\n"
            "In-Reply-To: <0198c0de-0@example.com>\r\n"
            "References: <0198c0de-0@example.com>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "X-Auto-Response-Suppress: All\r\n"
            "List-Unsubscribe: <mailto:support@example.com?subject=stop>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello Ada\r\n");
}

TEST(Letter, LeavesOutWhatIsEmpty) {
  Letter letter = plain_letter();
  letter.reply_to = letter.references = letter.unsubscribe = letter.from.name = "";
  const ReadMessage message = read_message(to_rfc5322(letter));
  EXPECT_EQ(message.names, (std::vector<std::string>{"Date", "Message-ID", "From", "To", "Subject", "Auto-Submitted",
                                                     "X-Auto-Response-Suppress", "MIME-Version", "Content-Type"}));
  EXPECT_EQ(message.header.get("From"), "shop@example.com");
}

TEST(Letter, HasTextThenHtmlThenFiles) {
  const std::string all_octets = [] {
    std::string bytes;
    for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 7);
    return bytes;
  }();
  Letter letter = plain_letter();
  letter.attachments = {{.filename = "plans.pdf", .media_type = "application/pdf", .bytes = all_octets},
                        {.filename = "empty.txt", .media_type = "text/plain", .bytes = ""}};
  const std::string written = to_rfc5322(letter);
  expect_well_formed(written);
  const ReadMessage message = read_message(written);
  ASSERT_EQ(message.parts.size(), 4U);
  EXPECT_EQ(message.header.get("Content-Type").substr(0, 16), "multipart/mixed;");
  EXPECT_EQ(message.parts[0].type, "text/plain");
  EXPECT_EQ(message.parts[0].content, "Hello Ada\r\n");
  EXPECT_EQ(message.parts[1].type, "text/html");
  EXPECT_EQ(message.parts[1].content, "<p>Hello Ada</p>\r\n");
  EXPECT_EQ(message.parts[2].type, "application/pdf");
  EXPECT_EQ(message.parts[2].disposition, "attachment; filename=\"plans.pdf\"");
  EXPECT_EQ(message.parts[2].content, all_octets);
  EXPECT_EQ(message.parts[3].content, "");
}

TEST(Letter, IsTheSameAtEveryAttempt) {
  Letter letter = plain_letter();
  letter.attachments = {{.filename = "a.bin", .media_type = "application/zip", .bytes = "zip"}};
  EXPECT_EQ(to_rfc5322(letter), to_rfc5322(letter));
  Letter other = letter;
  other.message_id = "<0198c0de-2@example.com>";
  EXPECT_NE(to_rfc5322(letter).substr(200), to_rfc5322(other).substr(200)) << "the boundaries are the same";
}

TEST(Letter, StaysOneMessageWhateverIsInIt) {
  std::string emoji, percents;
  for (int i = 0; i < 2000; ++i) emoji += "\xF0\x9F\x98\x80";
  for (int i = 0; i < 100; ++i) percents += "%n%s";
  const struct {
    const char* name;
    std::string anything;
  } cases[] = {
      {"plain", "Your link"},
      {"another header", "x\r\nBcc: eve@example.net"},
      {"another header after a line feed", "x\nBcc: eve@example.net"},
      {"another header after a carriage return", "x\rBcc: eve@example.net"},
      {"another body", "x\r\n\r\n<p>hello</p>"},
      {"an escaped header", "x%0aBcc: eve@example.net%0D%0a"},
      {"a zero octet", "x\0y\0"s},
      {"an end of data", "x\n.\r\nMAIL FROM:<eve@example.net>\r\n"},
      {"another end of data", "x\r\n.\r\nQUIT\r\n"},
      {"ends of data with carriage returns", "x\r.\rRSET\r"},
      {"dots", ".\n..\n...\n"},
      {"a line separator",
       "x\xE2\x80\xA8"
       "Bcc: eve@example.net\xE2\x80\xA9"},
      {"a right-to-left override",
       "invoice\xE2\x80\xAE"
       "fdp.exe"},
      {"isolates and marks", "\xE2\x81\xA6\xE2\x80\x8Fx\xE2\x80\x8E\xE2\x81\xA9"},
      {"5,000 letters", std::string(5000, 'x')},
      {"5,000 words",
       [] {
         std::string s;
         for (int i = 0; i < 5000; ++i) s += "x ";
         return s;
       }()},
      {"2,000 emoji", emoji},
      {"an extension after 5,000 letters", std::string(5000, '\xE4') + ".pdf"},
      {"formats", percents},
      {"a shell", "`id`; $(id) | id && id > /tmp/x"},
      {"commas and brackets", "Ada, <eve@example.net>; Bob"},
      {"quotes and backslashes", "\"Ada\\\" \\\\ \""},
      {"an encoded word", "=?utf-8?q?x=0d=0aBcc:_eve=40example.net?="},
      {"half of one", "=?utf-8?q?x=0d=0a"},
      {"latin-1",
       "gr\xFC\xDF"
       "e"},
      {"umlauts",
       "Gr\xC3\xBC\xC3\x9F"
       "e aus K\xC3\xB6ln"},
      {"a boundary", "--=_mixed_0\r\n\r\nx\r\n--=_alternative_0--\r\n"},
      {"another part", "x\"\r\nContent-Type: text/html\r\n\r\n"},
      {"a path", "../../etc/passwd"},
      {"a parameter", "a\"; filename=\"b.exe"},
      {"trailing spaces", "x   \n y \t"},
      {"From", "From eve@example.net\nFrom eve\n"},
      {"nothing", ""},
  };
  const std::vector<std::string> names{"Date",
                                       "Message-ID",
                                       "From",
                                       "To",
                                       "Reply-To",
                                       "Subject",
                                       "In-Reply-To",
                                       "References",
                                       "Auto-Submitted",
                                       "X-Auto-Response-Suppress",
                                       "List-Unsubscribe",
                                       "MIME-Version",
                                       "Content-Type"};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Letter letter = plain_letter();
    letter.subject = letter.from.name = letter.text = c.anything;
    letter.html = "<p>" + c.anything + "</p>";
    letter.attachments = {{.filename = c.anything, .media_type = c.anything, .bytes = c.anything}};
    const std::string written = to_rfc5322(letter);
    expect_well_formed(written);
    const ReadMessage message = read_message(written);
    EXPECT_EQ(message.names, names);
    EXPECT_EQ(words_decoded(raw_field(written, "Subject")), header_text(c.anything, 200));
    EXPECT_TRUE(message.header.get("From").ends_with("shop@example.com>") || message.header.get("From") == "shop@example.com");
    EXPECT_EQ(message.header.get("To"), "ada@example.org");
    ASSERT_EQ(message.parts.size(), 3U);
    const auto normal = [](const std::string& text) {
      const std::string lines = with_line_breaks(text, "\r\n");
      return lines.ends_with("\r\n") ? lines : lines + "\r\n";
    };
    EXPECT_EQ(message.parts[0].content, normal(letter.text));
    EXPECT_EQ(message.parts[1].content, normal(letter.html));
    EXPECT_EQ(message.parts[2].type, "application/octet-stream");
    EXPECT_EQ(message.parts[2].content, c.anything);
    const std::string filename = filename_of(message.parts[2].disposition);
    EXPECT_EQ(filename, header_text(filename, 200));
    EXPECT_FALSE(filename.empty());
    EXPECT_EQ(filename.find_first_of("/\\"), std::string::npos);
  }
}

TEST(Letter, KeepsTheNamesOfFiles) {
  const struct {
    const char* name;
    std::string filename, expected;
  } cases[] = {
      {"plain", "plans v2.pdf", "plans v2.pdf"},
      {"umlauts", "Pl\xC3\xA4ne.pdf", "Pl\xC3\xA4ne.pdf"},
      {"slashes", "../a\\b", ".._a_b"},
      {"nothing", "", "download"},
      {"only line breaks", "\r\n", "download"},
      {"an extension that seems to be another",
       "a\xE2\x80\xAE"
       "fdp.exe",
       "afdp.exe"},
      {"too long", std::string(300, 'a') + ".pdf", std::string(196, 'a') + ".pdf"},
      {"too long, without an extension", std::string(300, 'a'), std::string(200, 'a')},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Letter letter = plain_letter();
    letter.attachments = {{.filename = c.filename, .media_type = "text/plain", .bytes = "x"}};
    EXPECT_EQ(filename_of(read_message(to_rfc5322(letter)).parts.at(2).disposition), c.expected);
  }
}

TEST(Letter, TrustsNoMediaType) {
  const struct {
    const char* given;
    const char* expected;
  } cases[] = {
      {"application/pdf", "application/pdf"},
      {"image/svg+xml", "image/svg+xml"},
      {"", "application/octet-stream"},
      {"pdf", "application/octet-stream"},
      {"application/", "application/octet-stream"},
      {"a/b/c", "application/octet-stream"},
      {"text/plain; charset=x", "application/octet-stream"},
      {"text/plain\r\nX: y", "application/octet-stream"},
      {"multipart/mixed", "application/octet-stream"},
      {"Message/RFC822", "application/octet-stream"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.given);
    Letter letter = plain_letter();
    letter.attachments = {{.filename = "a", .media_type = c.given, .bytes = "x"}};
    EXPECT_EQ(read_message(to_rfc5322(letter)).parts.at(2).type, c.expected);
  }
}

TEST(Letter, IsRefusedIfItsAddressesAreNone) {
  const struct {
    const char* field;
    void (*spoil)(Letter&);
  } cases[] = {
      {"message_id", [](Letter& l) { l.message_id = "no-brackets@example.com"; }},
      {"message_id", [](Letter& l) { l.message_id = "<>"; }},
      {"message_id", [](Letter& l) { l.message_id = "<"; }},
      {"message_id", [](Letter& l) { l.message_id = "<a@example.com>\r\nBcc: <eve@example.net>"; }},
      {"from", [](Letter& l) { l.from.address = "shop"; }},
      {"from", [](Letter& l) { l.from.address = "shop@example.com\r\nBcc: eve@example.net"; }},
      {"to", [](Letter& l) { l.to = ""; }},
      {"to", [](Letter& l) { l.to = "ada@example.org, eve@example.net"; }},
      {"to", [](Letter& l) { l.to = "-oQ/tmp@example.org"; }},
      {"reply_to", [](Letter& l) { l.reply_to = "a b@example.org"; }},
      {"references", [](Letter& l) { l.references = "<a@b> <c@d>"; }},
      {"unsubscribe", [](Letter& l) { l.unsubscribe = "http://example.com/"; }},
      {"unsubscribe", [](Letter& l) { l.unsubscribe = "mailto:a@example.com>, <mailto:b@example.com"; }},
      {"unsubscribe", [](Letter& l) { l.unsubscribe = "https://example.com/\r\nBcc: x"; }},
      {"unsubscribe", [](Letter& l) { l.unsubscribe = "https://example.com/" + std::string(900, 'x'); }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.field);
    Letter letter = plain_letter();
    c.spoil(letter);
    try {
      ADD_FAILURE() << to_rfc5322(letter);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::bad_request);
      EXPECT_EQ(error.details(), (Details{{"field", c.field}}));
    }
  }
}

}  // namespace
}  // namespace claimcheck::cron
