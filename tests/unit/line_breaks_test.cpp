#include "cron/line_breaks.h"

#include <gtest/gtest.h>

#include <random>

namespace claimcheck::cron {
namespace {

TEST(LineBreaks, AreAllOfOneKind) {
  const struct {
    const char* name;
    const char* text;
    const char* expected;
  } cases[] = {
      {"none", "a", "a"},
      {"nothing", "", ""},
      {"a line feed", "a\nb\n", "a|b|"},
      {"a carriage return", "a\rb", "a|b"},
      {"both are one", "a\r\nb\r\n", "a|b|"},
      {"the other way round they are two", "a\n\rb", "a||b"},
      {"one more before", "a\r\r\nb", "a||b"},
      {"empty lines", "\n\n", "||"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(with_line_breaks(c.text, "|"), c.expected);
  }
}

TEST(SmtpData, IsStuffedWithDotsAndEnded) {
  const struct {
    const char* name;
    const char* message;
    const char* expected;
  } cases[] = {
      {"a line", "a\r\n", "a\r\n.\r\n"},
      {"a line without its end", "a", "a\r\n.\r\n"},
      {"nothing", "", ".\r\n"},
      {"a lone dot", ".\r\n", "..\r\n.\r\n"},
      {"a lone dot without its end", ".", "..\r\n.\r\n"},
      {"dots first", "..a\r\n.b\r\n", "...a\r\n..b\r\n.\r\n"},
      {"a dot inside", "a.\r\n", "a.\r\n.\r\n"},
      {"an end in the middle", "a\r\n.\r\nMAIL FROM:<x@y>\r\n", "a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n"},
      {"an end after a line feed", "a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n"},
      {"an end before a line feed", "a\r\n.\nb", "a\r\n..\r\nb\r\n.\r\n"},
      {"an end between carriage returns", "a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"},
      {"an end between line feeds", "a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(smtp_data(c.message), c.expected);
  }
}

/// Whether somebody who takes CR, LF or CR LF for a line break finds a lone dot before the last line.
bool ends_early(std::string_view data) {
  const std::string lines = with_line_breaks(data.substr(0, data.size() - 3), "\n");
  return lines.starts_with(".\n") || lines.find("\n.\n") != std::string::npos;
}

TEST(SmtpData, NeverEndsEarlyWhateverIsInIt) {
  std::mt19937 random{5321};
  constexpr std::string_view letters = "\r\n.a";
  for (int round = 0; round < 20'000; ++round) {
    std::string message(random() % 12, '\0');
    for (char& c : message) c = letters[random() % letters.size()];
    const std::string data = smtp_data(message);
    ASSERT_TRUE(data.ends_with(".\r\n"));
    ASSERT_FALSE(ends_early(data)) << testing::PrintToString(message);
    for (std::size_t at = 0; at < data.size(); ++at) {
      if (data[at] == '\n') {
        ASSERT_EQ(data[at - 1], '\r');
      }
      if (data[at] == '\r') {
        ASSERT_EQ(data[at + 1], '\n');
      }
    }
  }
}

}  // namespace
}  // namespace claimcheck::cron
