#include "core/base64.h"

#include <gtest/gtest.h>

namespace claimcheck {
namespace {

using namespace std::string_literals;

TEST(Base64, WritesWhatItReads) {
  const struct {
    std::string bytes, text;
  } cases[] = {
      // RFC 4648 section 10
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\0"s, "AA=="},
      {"\xff\xef\xbe\xfb"s,
       "/+++"
       "+w=="},
      {std::string(100, '\0'), std::string(134, 'A') + "=="},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(base64(c.bytes), c.text);
    EXPECT_EQ(from_base64(c.text), c.bytes);
  }
}

TEST(Base64, IsReadOnlyAsItIsWritten) {
  const char* const texts[] = {
      "=",      "==",       "===",    "====",     "Z",        "Zg",   "Zg=",  "Zg===", "Zh==",       "Zm9=", " Zg==", "Zg== ",
      "Zg==\n", "Zm9v\r\n", "Zm\n9v", "Zg==Zg==", "Zm9v====", "Z===", "Zm-_", "Zm9v*", "Zm\xC3\xA4", "Zg=A", "=Zg="};
  for (const char* text : texts) EXPECT_EQ(from_base64(text), std::nullopt) << text;
  EXPECT_EQ(from_base64("Zm9v\0"s), std::nullopt);
}

TEST(Base64, IsBrokenIntoLinesForMails) {
  const struct {
    std::size_t bytes;
    std::string lines;
  } cases[] = {
      {0, ""},
      {3, "AAAA"},
      {57, std::string(76, 'A')},
      {58, std::string(76, 'A') + "\r\nAA=="},
      {114, std::string(76, 'A') + "\r\n" + std::string(76, 'A')},
  };
  for (const auto& c : cases) EXPECT_EQ(base64_lines(std::string(c.bytes, '\0')), c.lines) << c.bytes;
}

}  // namespace
}  // namespace claimcheck
