#include "core/file_path.h"

#include <gtest/gtest.h>

#include <string>

namespace claimcheck {
namespace {

TEST(FilePath, IsRelativePlainAndUtf8) {
  const struct {
    const char* name;
    std::string path;
    bool valid;
  } cases[] = {
      {"a file", "report.pdf", true},
      {"folders", "2026/11/report.pdf", true},
      {"spaces and signs", "sp ace/100%/a?b#c&d.bin", true},
      {"other scripts", "\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x98\x80.zip", true},
      {"three dots", "a/.../b", true},
      {"a hidden file", ".hidden", true},
      {"nothing", "", false},
      {"absolute", "/etc/passwd", false},
      {"upwards", "../x", false},
      {"upwards inside", "a/../../x", false},
      {"upwards at the end", "a/..", false},
      {"the folder itself", ".", false},
      {"a dot inside", "a/./b", false},
      {"an empty segment", "a//b", false},
      {"a slash at the end", "a/", false},
      {"a backslash", "a\\..\\b", false},
      {"a NUL", std::string{"a\0b", 3}, false},
      {"a newline", "a\nb", false},
      {"DEL", "a\x7f", false},
      {"a stray continuation byte", "a\x80", false},
      {"an overlong slash", "a\xc0\xaf", false},
      {"a surrogate", "\xed\xa0\x80", false},
      {"beyond Unicode", "\xf4\x90\x80\x80", false},
      {"a character cut short", "a\xe6\x97", false},
      {"255 bytes in a segment", std::string(255, 'a'), true},
      {"256 bytes in a segment", std::string(256, 'a'), false},
      {"700 bytes", std::string(233, 'a') + "/" + std::string(233, 'b') + "/" + std::string(232, 'c'), true},
      {"701 bytes", std::string(233, 'a') + "/" + std::string(233, 'b') + "/" + std::string(233, 'c'), false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(is_file_path(c.path), c.valid);
    if (c.path.find('/') == std::string::npos) {
      EXPECT_EQ(is_filename(c.path), c.valid);
    } else {
      EXPECT_FALSE(is_filename(c.path));
    }
  }
  EXPECT_EQ(last_segment("a/b.c"), "b.c");
  EXPECT_EQ(last_segment("b.c"), "b.c");
}

}  // namespace
}  // namespace claimcheck
