#include "htaccess/marked_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using htaccess::block_in;
using htaccess::Position;
using htaccess::replace_file;
using htaccess::with_block;
using htaccess::without_block;
using test::TemporaryFolder;
using test::write_file;
namespace fs = std::filesystem;

constexpr std::string_view name = "claimcheck-site";
constexpr std::string_view body = "RewriteEngine On\n";
const std::string block = "# BEGIN claimcheck-site\nRewriteEngine On\n# END claimcheck-site\n";
const std::string open_block = block.substr(0, block.size() - 1);

std::string message_of(const std::function<void()>& action, Errc expected) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), expected);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(MarkedFile, PutsANewBlockWhereAskedAndTakesItOutByteForByte) {
  const struct {
    const char* what;
    std::string text, at_top, at_bottom;
  } cases[] = {
      {"no text", "", block, block},
      {"one line", "a\n", block + "a\n", "a\n" + block},
      {"no last line end", "a", block + "a", "a\n" + open_block},
      {"carriage returns", "a\r\nb\r\n", block + "a\r\nb\r\n", "a\r\nb\r\n" + block},
      {"carriage returns, no last line end", "a\r\nb", block + "a\r\nb", "a\r\nb\n" + open_block},
      {"only a line end", "\n", block + "\n", "\n" + block},
      {"only line ends", "\n\n", block + "\n\n", "\n\n" + block},
      {"a lone carriage return", "a\r", block + "a\r", "a\r\n" + open_block},
      {"a zero byte", std::string("a\0b", 3), block + std::string("a\0b", 3), std::string("a\0b", 3) + "\n" + open_block},
      {"an end marker alone", "# END claimcheck-site\n", block + "# END claimcheck-site\n", "# END claimcheck-site\n" + block},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    EXPECT_EQ(with_block(c.text, name, body, Position::top), c.at_top);
    EXPECT_EQ(with_block(c.text, name, body, Position::bottom), c.at_bottom);
    EXPECT_EQ(without_block(c.at_top, name), c.text);
    EXPECT_EQ(without_block(c.at_bottom, name), c.text);
    EXPECT_EQ(with_block(c.at_top, name, body, Position::bottom), c.at_top);
    EXPECT_EQ(with_block(c.at_bottom, name, body, Position::top), c.at_bottom);
  }
}

TEST(MarkedFile, ReplacesABlockWhereItStandsAndTouchesNothingElse) {
  const struct {
    const char* what;
    std::string text, replaced, removed;
  } cases[] = {
      {"in the middle", "a\n# BEGIN claimcheck-site\nold\n# END claimcheck-site\nb", "a\n" + block + "b", "a\nb"},
      {"with carriage returns after a transfer as text", "# BEGIN claimcheck-site\r\nold\r\n# END claimcheck-site\r\nb\r\n",
       open_block + "\r\nb\r\n", "b\r\n"},
      {"an empty block", "# BEGIN claimcheck-site\n# END claimcheck-site\n", block, ""},
      {"the last line without an end", "a\n# BEGIN claimcheck-site\nold\n# END claimcheck-site", "a\n" + open_block, "a"},
      {"nothing before and no last line end", "# BEGIN claimcheck-site\n# END claimcheck-site", open_block, ""},
      {"pasted twice", block + "a\n" + block + "b\n", block + "a\nb\n", "a\nb\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    EXPECT_EQ(with_block(c.text, name, body, Position::top), c.replaced);
    EXPECT_EQ(with_block(c.replaced, name, body, Position::top), c.replaced);
    EXPECT_EQ(without_block(c.text, name), c.removed);
  }
}

TEST(MarkedFile, OnlyWholeLinesAreMarkers) {
  const std::string foreign =
      "# BEGIN WordPress\n"
      "# Die Anweisungen zwischen \"BEGIN claimcheck-site\" und \"END claimcheck-site\" sind dynamisch\n"
      "# BEGIN claimcheck-site2\n  # BEGIN claimcheck-site\n# BEGIN claimcheck-site \nx# BEGIN claimcheck-site\n"
      "# BEGIN claimcheck\n# BEGIN claimcheck-lock\n# END claimcheck-lock\n# end claimcheck-site\n";
  EXPECT_EQ(block_in(foreign, name), std::nullopt);
  EXPECT_EQ(without_block(foreign, name), foreign);
  EXPECT_EQ(with_block(foreign, name, body, Position::top), block + foreign);
  EXPECT_EQ(block_in(foreign, "claimcheck-lock"), "");
}

TEST(MarkedFile, GivesBackTheBodyItWasGiven) {
  EXPECT_EQ(block_in(with_block("a", name, body, Position::bottom), name), body);
  EXPECT_EQ(block_in(with_block("a", name, "", Position::top), name), "");
  EXPECT_EQ(block_in(with_block("a", name, "no line end", Position::top), name), "no line end\n");
  EXPECT_EQ(block_in("a\n", name), std::nullopt);
}

TEST(MarkedFile, RefusesABlockThatDoesNotEnd) {
  for (const std::string text : {"# BEGIN claimcheck-site\na\n", "# BEGIN claimcheck-site",
                                 "# BEGIN claimcheck-site\na\n# BEGIN claimcheck-site\n# END claimcheck-site\n"}) {
    SCOPED_TRACE(text);
    const auto expect_refused = [](const std::function<void()>& action) {
      EXPECT_NE(message_of(action, Errc::bad_request).find("\"# END claimcheck-site\""), std::string::npos);
    };
    expect_refused([&] { with_block(text, name, body, Position::top); });
    expect_refused([&] { without_block(text, name); });
    expect_refused([&] { block_in(text, name); });
  }
}

TEST(MarkedFile, RefusesABodyThatHoldsMarkers) {
  message_of([] { with_block("", name, "# END claimcheck-site\nx", Position::top); }, Errc::bad_request);
  message_of([] { with_block("", name, "# BEGIN claimcheck-site\n", Position::top); }, Errc::bad_request);
}

/// Lines that other programs write, and bytes that they should not.
std::vector<std::string> random_lines(std::mt19937& random) {
  static const std::vector<std::string> pieces = {
      "\n",
      "\r\n",
      "\r",
      "a",
      "# BEGIN ",
      "# END claimcheck-site\n",
      "# BEGIN WordPress\n",
      "# END WordPress\r\n",
      "claimcheck-site",
      "RewriteRule . /index.php [L]\n",
      " ",
      "# ",
      "\xC3\xA4",
      std::string(1, '\0'),
      "\\\n",
      "\xEF\xBB\xBF",
      "<IfModule x>\n",
  };
  std::vector<std::string> lines{""};
  for (auto count = random() % 12; count > 0; --count) {
    lines.back() += pieces[random() % pieces.size()];
    if (lines.back().ends_with('\n')) lines.emplace_back();
  }
  for (auto& line : lines) {
    if (line.find("# BEGIN claimcheck-site") != std::string::npos) line.insert(line.find("BEGIN"), "x");
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

TEST(MarkedFile, AnyOfTwoThousandRandomFilesComesBackAsItWas) {
  std::mt19937 random(20261108);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = joined(random_lines(random));
    for (const Position position : {Position::top, Position::bottom}) {
      SCOPED_TRACE(testing::PrintToString(text));
      const std::string with = with_block(text, name, body, position);
      ASSERT_EQ(block_in(with, name), body);
      ASSERT_EQ(without_block(with, name), text);
      ASSERT_EQ(with_block(with, name, body, Position::top), with);
      const std::string other = with_block(with, "claimcheck-lock", "Options -Indexes\n", Position::bottom);
      ASSERT_EQ(without_block(without_block(other, name), "claimcheck-lock"), text);
      ASSERT_EQ(without_block(without_block(other, "claimcheck-lock"), name), text);
    }
  }
}

TEST(MarkedFile, LinesThatOthersAddAroundTheBlockStayWhenItGoes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = joined(random_lines(random)) + "\n";
    const std::string with = with_block(text, name, body, round % 2 == 0 ? Position::top : Position::bottom);
    SCOPED_TRACE(testing::PrintToString(text));
    ASSERT_EQ(without_block("above\n\n" + with + "\nbelow", name), "above\n\n" + text + "\nbelow");
  }
}

/// What WordPress does to a .htaccess: reads lines, drops carriage returns, puts its own section where a line contains its
/// marker or else at the end, and joins all with line feeds.
std::string rewritten_by_wordpress(const std::string& text, const std::vector<std::string>& section) {
  std::vector<std::string> before, after, *rest = &before;
  bool found_begin = false, found_end = false;
  std::size_t at = 0;
  do {
    const std::size_t next = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, next - at);
    while (line.ends_with('\r')) line.pop_back();
    at = next + 1;
    if (!found_begin && line.find("# BEGIN WordPress") != std::string::npos) {
      found_begin = true;
    } else if (!found_end && line.find("# END WordPress") != std::string::npos) {
      found_end = true;
      rest = &after;
    } else if (!found_begin || found_end) {
      rest->push_back(line);
    }
  } while (at <= text.size());
  std::vector<std::string> lines = before;
  lines.emplace_back("# BEGIN WordPress");
  lines.insert(lines.end(), section.begin(), section.end());
  lines.emplace_back("# END WordPress");
  lines.insert(lines.end(), after.begin(), after.end());
  std::string result = lines.front();
  for (std::size_t i = 1; i < lines.size(); ++i) result += "\n" + lines[i];
  return result;
}

TEST(MarkedFile, WordPressRewritingItsSectionLeavesOursAndTheWayBack) {
  const std::vector<std::string> section = {"# Directives between \"BEGIN WordPress\" and \"END WordPress\" are generated",
                                            "RewriteEngine On", "RewriteRule . /index.php [L]"};
  for (const std::string text : {"", "\n", "a", "a\n", "a\r\nb\r\n", "# BEGIN WordPress\r\nold\r\n# END WordPress\r\n",
                                 "# BEGIN WordPress\nold\n# END WordPress", "a\n\n# BEGIN WordPress\n# END WordPress\nb"}) {
    for (const Position position : {Position::top, Position::bottom}) {
      SCOPED_TRACE(testing::PrintToString(text));
      const std::string with = rewritten_by_wordpress(with_block(text, name, body, position), section);
      EXPECT_EQ(block_in(with, name), body);
      EXPECT_EQ(with_block(with, name, body, position), with);
      EXPECT_EQ(without_block(with, name), rewritten_by_wordpress(text, section));
      EXPECT_TRUE(position == Position::bottom || with.starts_with(block));
    }
  }
}

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

TEST(ReplaceFile, MakesANewFileThatNobodyElseCanWrite) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(0);
  replace_file(folder / ".htaccess", "a");
  ::umask(027);
  replace_file(folder / "narrow", "a");
  ::umask(before);
  EXPECT_EQ(mode_of(folder / ".htaccess"), 0644U);
  EXPECT_EQ(mode_of(folder / "narrow"), 0640U);
  EXPECT_EQ(htaccess::read_file(folder / ".htaccess"), "a");
  EXPECT_FALSE(fs::exists(folder / ".htaccess.claimcheck-bak"));
}

TEST(ReplaceFile, KeepsTheModeAndTheFirstContent) {
  const TemporaryFolder folder;
  const fs::path path = folder / ".htaccess";
  write_file(path, "first");
  fs::permissions(path, fs::perms{0664});
  replace_file(path, "second");
  replace_file(path, "third");
  EXPECT_EQ(mode_of(path), 0664U);
  EXPECT_EQ(test::read_file(path), "third");
  EXPECT_EQ(test::read_file(folder / ".htaccess.claimcheck-bak"), "first");
  EXPECT_EQ(mode_of(folder / ".htaccess.claimcheck-bak"), 0644U);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) names.push_back(entry.path().filename());
  EXPECT_EQ(names.size(), 2U) << testing::PrintToString(names);
  for (const auto& left : names) EXPECT_TRUE(left.starts_with(".ht")) << left << " could be served";
}

TEST(ReplaceFile, FollowsLinksToTheFileTheyName) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "real");
  fs::create_directories(folder / "site");
  write_file(folder / "real/rules", "old");
  fs::create_symlink("../real/rules", folder / "real/second");
  fs::create_symlink("../real/second", folder / "site/.htaccess");
  fs::create_symlink("../real/new", folder / "site/dangling");
  replace_file(folder / "site/.htaccess", "new");
  replace_file(folder / "site/dangling", "fresh");
  EXPECT_TRUE(fs::is_symlink(folder / "site/.htaccess"));
  EXPECT_EQ(test::read_file(folder / "real/rules"), "new");
  EXPECT_EQ(test::read_file(folder / "site/.htaccess.claimcheck-bak"), "old");
  EXPECT_TRUE(fs::is_symlink(folder / "site/dangling"));
  EXPECT_EQ(test::read_file(folder / "real/new"), "fresh");
}

/// Acts as an ordinary user while it lives, if the tests run as root; nobody is kept from writing otherwise.
class OrdinaryUser {
 public:
  OrdinaryUser() { become(65534); }
  ~OrdinaryUser() { become(0); }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

 private:
  static void become(uid_t uid) {
    if (::getuid() == 0 && ::seteuid(uid) != 0) throw std::runtime_error("seteuid");
  }
};

TEST(ReplaceFile, NamesTheFileTheReasonAndTheFixIfItCannotWrite) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "closed");
  fs::create_directories(folder / "folder");
  for (const char* path : {"read-only", "closed/.htaccess", "unreadable"}) write_file(folder / path, "old");
  fs::permissions(folder / "read-only", fs::perms{0444});
  fs::permissions(folder / "unreadable", fs::perms{0});
  fs::permissions(folder / "closed/.htaccess", fs::perms{0666});
  fs::permissions(folder / "closed", fs::perms{0555});
  fs::permissions(folder / "folder", fs::perms{0755});
  const struct {
    std::string path;
    std::vector<std::string> parts;
  } cases[] = {
      {"read-only",
       {"the file belongs to ", "cannot be written by uid ", "make it writable", "claimcheck site print", "by hand"}},
      {"closed/.htaccess", {"closed: the folder belongs to ", "cannot be written by uid ", "make it writable"}},
      {"closed/new", {"closed: the folder belongs to ", "by hand"}},
      {"unreadable", {"cannot be read by uid ", "Permission denied"}},
      {"folder", {"no regular file"}},
      {"missing/.htaccess", {"No such file or directory"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    const OrdinaryUser user;
    const std::string path = folder / c.path;
    const std::string message = message_of([&] { replace_file(path, "new"); }, Errc::unavailable);
    EXPECT_NE(message.find(folder.path().string()), std::string::npos) << message;
    for (const auto& part : c.parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  }
  for (const char* path : {"read-only", "closed/.htaccess"}) EXPECT_EQ(test::read_file(folder / path), "old");
  fs::permissions(folder / "closed", fs::perms{0755});
}

TEST(ReplaceFile, KeepsTheOwnerAndAsRootGivesNewFilesToTheFoldersOwner) {
  const TemporaryFolder folder;
  const bool is_root = ::geteuid() == 0;
  const uid_t site_user = is_root ? 65534 : ::geteuid();
  write_file(folder / ".htaccess", "old");
  for (const fs::path& path : {folder.path(), folder / ".htaccess"}) {
    ASSERT_EQ(::chown(path.c_str(), site_user, is_root ? site_user : ::getegid()), 0);
  }
  replace_file(folder / ".htaccess", "new");
  replace_file(folder / "index.php", "new");
  for (const char* name_in_folder : {".htaccess", ".htaccess.claimcheck-bak", "index.php"}) {
    struct stat status{};
    ASSERT_EQ(::stat((folder / name_in_folder).c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, site_user) << name_in_folder;
    EXPECT_EQ(status.st_gid, is_root ? site_user : ::getegid()) << name_in_folder;
  }
  if (!is_root) return;  // only root can make the file that follows
  write_file(folder / "of-root", "old");
  fs::permissions(folder / "of-root", fs::perms{0666});
  const std::string message = message_of(
      [&] {
        const OrdinaryUser user;
        replace_file(folder / "of-root", "new");
      },
      Errc::unavailable);
  EXPECT_NE(message.find("of-root: the file belongs to root"), std::string::npos) << message;
  EXPECT_NE(message.find("run the command as root or add the block"), std::string::npos) << message;
  EXPECT_EQ(test::read_file(folder / "of-root"), "old");
}

/// While it lives, files cannot grow past `bytes`, as on a full disk.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(ReplaceFile, LeavesTheOldFileAndNoDraftIfItCannotWriteEverything) {
  const TemporaryFolder folder;
  write_file(folder / ".htaccess", "old");
  const std::string message = message_of(
      [&] {
        const SmallFiles limit(16);
        replace_file(folder / ".htaccess", std::string(100, 'x'));
      },
      Errc::unavailable);
  EXPECT_NE(message.find(".htaccess: it cannot be written"), std::string::npos) << message;
  EXPECT_NE(message.find("the old content is unchanged"), std::string::npos) << message;
  EXPECT_EQ(test::read_file(folder / ".htaccess"), "old");
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    EXPECT_TRUE(entry.path().filename().string().starts_with(".htaccess")) << entry.path();
  }
}

}  // namespace
}  // namespace claimcheck
