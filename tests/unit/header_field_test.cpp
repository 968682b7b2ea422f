#include "cron/header_field.h"

#include <gtest/gtest.h>

#include <string>

namespace claimcheck::cron {
namespace {

using namespace std::string_literals;

TEST(HeaderText, HoldsNothingThatCouldBeMistaken) {
  constexpr std::size_t most = 10;
  const struct {
    const char* name;
    std::string anything;
    std::string expected;
  } cases[] = {
      {"plain", "Your link", "Your link"},
      {"nothing", "", ""},
      {"a line break", "a\r\nBcc: b", "a  Bcc: b"},
      {"a line feed", "a\nb", "a b"},
      {"a zero octet", "a\0b"s, "a b"},
      {"a tab", "a\tb", "a b"},
      {"DEL",
       "a\x7F"
       "b",
       "a b"},
      {"NEL",
       "a\xC2\x85"
       "b",
       "a b"},
      {"a line separator",
       "a\xE2\x80\xA8"
       "b",
       "a b"},
      {"a paragraph separator",
       "a\xE2\x80\xA9"
       "b",
       "a b"},
      {"a right-to-left override",
       "a\xE2\x80\xAE"
       "b",
       "ab"},
      {"an isolate",
       "\xE2\x81\xA6"
       "a\xE2\x81\xA9",
       "a"},
      {"left-to-right and right-to-left marks",
       "\xE2\x80\x8E"
       "a\xE2\x80\x8F",
       "a"},
      {"an Arabic letter mark",
       "a\xD8\x9C"
       "b",
       "ab"},
      {"spaces at the ends", " \r\n a \n", "a"},
      {"latin-1",
       "a\xE4"
       "b",
       "a\xEF\xBF\xBD"
       "b"},
      {"cut off in the middle", "a\xF0\x9F\x98", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"an overlong line feed",
       "a\xC0\x8A"
       "b",
       "a\xEF\xBF\xBD\xEF\xBF\xBD"
       "b"},
      {"a surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"escapes are text", "%0aBcc:%n", "%0aBcc:%n"},
      {"as long as may be", "0123456789", "0123456789"},
      {"too long", "0123456789a", "0123456789"},
      {"too many characters of several octets",
       "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4",
       "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(header_text(c.anything, most), c.expected);
  }
}

TEST(TextField, IsPlainEncodedOrFolded) {
  const struct {
    const char* name;
    std::string text;
    std::string expected;
  } cases[] = {
      {"plain", "Your link", "Subject: Your link\r\n"},
      {"nothing", "", "Subject: \r\n"},
      {"umlauts", "L\xC3\xA4uft ab", "Subject: =?UTF-8?B?TMOkdWZ0IGFi?=\r\n"},
      {"what looks encoded", "=?UTF-8?Q?x?=", "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n"},
      {"spaces that folding would lose", "a  b", "Subject: =?UTF-8?B?YSAgYg==?=\r\n"},
      {"words beyond the end of the line", std::string(60, 'a') + " " + std::string(6, 'b') + " " + std::string(60, 'c') + " d",
       "Subject: " + std::string(60, 'a') + " " + std::string(6, 'b') + "\r\n " + std::string(60, 'c') + " d\r\n"},
      {"a word too long to be folded", std::string(61, 'a'),
       "Subject: =?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh?=\r\n"
       " =?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYQ==?=\r\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(text_field("Subject", c.text), c.expected);
  }
}

TEST(MailboxField, QuotesOrEncodesTheName) {
  const std::string far = std::string(60, 'a') + "@" + std::string(60, 'b') + ".example";
  const struct {
    const char* name;
    std::string display, address;
    std::string expected;
  } cases[] = {
      {"no name", "", "ada@example.com", "From: ada@example.com\r\n"},
      {"words", "Ada Lovelace", "ada@example.com", "From: Ada Lovelace <ada@example.com>\r\n"},
      {"a comma", "Lovelace, Ada", "ada@example.com", "From: \"Lovelace, Ada\" <ada@example.com>\r\n"},
      {"another address", "bob@example.org", "ada@example.com", "From: \"bob@example.org\" <ada@example.com>\r\n"},
      {"brackets", "Ada <bob@example.org>,", "ada@example.com", "From: \"Ada <bob@example.org>,\" <ada@example.com>\r\n"},
      {"quotes", "\"Ada\" \\", "ada@example.com", "From: =?UTF-8?B?IkFkYSIgXA==?= <ada@example.com>\r\n"},
      {"umlauts",
       "B\xC3\xBC"
       "cher",
       "ada@example.com", "From: =?UTF-8?B?QsO8Y2hlcg==?= <ada@example.com>\r\n"},
      {"a long address", "Ada", far, "From: Ada\r\n <" + far + ">\r\n"},
      {"a long address alone", "", far, "From:\r\n " + far + "\r\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(mailbox_field("From", c.display, c.address), c.expected);
  }
}

TEST(FoldedParameter, IsQuotedExtendedOrInPieces) {
  const struct {
    const char* name;
    std::string text;
    std::string expected;
  } cases[] = {
      {"plain", "plans v2.pdf", ";\r\n filename=\"plans v2.pdf\""},
      {"quotes", "a\"b", ";\r\n filename*=UTF-8''a%22b"},
      {"a percent sign", "50%", ";\r\n filename*=UTF-8''50%25"},
      {"umlauts", "\xC3\xA4.pdf", ";\r\n filename*=UTF-8''%C3%A4.pdf"},
      {"a semicolon and an equals sign", "a;b=c", ";\r\n filename=\"a;b=c\""},
      {"long", std::string(61, 'a'),
       ";\r\n filename*0*=UTF-8''" + std::string(47, 'a') + ";\r\n filename*1*=" + std::string(14, 'a')},
      {"no character in two pieces", std::string(46, 'a') + "\xF0\x9F\x98\x80",
       ";\r\n filename*0*=UTF-8''" + std::string(46, 'a') + ";\r\n filename*1*=%F0%9F%98%80"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(folded_parameter("filename", c.text), c.expected);
  }
}

}  // namespace
}  // namespace claimcheck::cron
