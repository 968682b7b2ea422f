#include "core/percent_encoding.h"

#include <gtest/gtest.h>

namespace claimcheck {
namespace {

TEST(PercentEncoding, LeavesWhatStandsForItself) {
  const struct {
    const char* name;
    std::string text, segment, path;
  } cases[] = {
      {"nothing", "", "", ""},
      {"letters and digits", "AZaz09", "AZaz09", "AZaz09"},
      {"unreserved signs", "-._~", "-._~", "-._~"},
      {"a path", "/a b/c", "%2Fa%20b%2Fc", "/a%20b/c"},
      {"slashes that follow each other", "//", "%2F%2F", "//"},
      {"what begins a query or a fragment", "?#", "%3F%23", "%3F%23"},
      {"other delimiters", ":@!$&'()*+,;=[]", "%3A%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%5B%5D",
       "%3A%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%5B%5D"},
      {"percent signs", "100%25", "100%2525", "100%2525"},
      {"what headers and shells mind", "\"\\^`{|}<>", "%22%5C%5E%60%7B%7C%7D%3C%3E", "%22%5C%5E%60%7B%7C%7D%3C%3E"},
      {"control octets", std::string{"\0\n\x7f", 3}, "%00%0A%7F", "%00%0A%7F"},
      {"octets of other scripts", "\xc3\xbc\xff", "%C3%BC%FF", "%C3%BC%FF"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(percent_encoded(c.text), c.segment);
    EXPECT_EQ(percent_encoded_path(c.text), c.path);
    EXPECT_EQ(percent_decoded(c.segment), c.text);
    EXPECT_EQ(percent_decoded(c.path), c.text);
  }
  EXPECT_EQ(percent_encoded("a-b+c", "+"), "a%2Db+c");
}

TEST(PercentEncoding, IsUndoneOnceAndOnlyIfWellFormed) {
  const struct {
    const char* text;
    std::optional<std::string> decoded;
  } cases[] = {
      {"a%2fb%2Fc", "a/b/c"}, {"%2541", "%41"},      {"a+b", "a+b"},        {"%", std::nullopt},    {"a%4", std::nullopt},
      {"%4g", std::nullopt},  {"%g4", std::nullopt}, {"%-1", std::nullopt}, {"%%41", std::nullopt}, {"%0x", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(percent_decoded(c.text), c.decoded) << c.text;
}

}  // namespace
}  // namespace claimcheck
