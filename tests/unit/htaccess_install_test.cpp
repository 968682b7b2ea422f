#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "core/error.h"
#include "htaccess/install.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using htaccess::Change;
using htaccess::FileChange;
using test::TemporaryFolder;
using test::write_file;
namespace fs = std::filesystem;

const std::string gate(64, 'A');
const std::string other_gate(64, 'B');

/// Every file below a folder with its content.
std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[entry.path().lexically_relative(folder)] = test::read_file(entry.path());
  }
  return files;
}

std::map<std::string, Change> by_name(const std::vector<FileChange>& changes, const fs::path& folder) {
  std::map<std::string, Change> named;
  for (const auto& [path, change] : changes) named[fs::path(path).lexically_relative(folder)] = change;
  EXPECT_EQ(named.size(), changes.size());
  return named;
}

TEST(InstallLock, LocksEveryFolderAndUnlockingLeavesNoTrace) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "2026/11");
  write_file(folder / "2026/11/a.zip", "zip");
  write_file(folder / "2026/index.php", "<?php echo 'mine';");
  fs::create_directory_symlink("/tmp", folder / "link");
  const auto before = files_in(folder.path());

  const auto installed = by_name(htaccess::install_lock(folder.path(), gate), folder.path());
  const std::map<std::string, Change> expected = {
      {".htaccess", Change::created},       {"index.html", Change::created},         {"index.php", Change::created},
      {"2026/index.html", Change::created}, {"2026/11/index.html", Change::created}, {"2026/11/index.php", Change::created},
  };
  EXPECT_EQ(installed, expected);
  const auto locked = files_in(folder.path());
  EXPECT_EQ(locked.at("2026/11/index.html"), "");
  EXPECT_EQ(locked.at("2026/index.php"), "<?php echo 'mine';");
  EXPECT_EQ(htaccess::block_in(locked.at(".htaccess"), htaccess::lock_name), htaccess::lock_block(gate));

  EXPECT_EQ(by_name(htaccess::install_lock(folder.path(), gate), folder.path()),
            (std::map<std::string, Change>{{".htaccess", Change::unchanged}}));
  EXPECT_EQ(files_in(folder.path()), locked);

  auto removed = expected;
  for (auto& [path, change] : removed) change = Change::removed;
  EXPECT_EQ(by_name(htaccess::remove_lock(folder.path()), folder.path()), removed);
  EXPECT_EQ(files_in(folder.path()), before);
}

TEST(InstallLock, ANewGateReplacesTheOldOneAndUnlockingStillLeavesNoTrace) {
  const TemporaryFolder folder;
  htaccess::install_lock(folder.path(), gate);
  EXPECT_EQ(by_name(htaccess::install_lock(folder.path(), other_gate), folder.path()),
            (std::map<std::string, Change>{{".htaccess", Change::updated}}));
  EXPECT_EQ(test::read_file(folder / ".htaccess").find(gate), std::string::npos);
  htaccess::remove_lock(folder.path());
  EXPECT_EQ(files_in(folder.path()), (std::map<std::string, std::string>{}));
}

TEST(InstallLock, KeepsWhatOthersWroteIntoTheFile) {
  const TemporaryFolder folder;
  const fs::path path = folder / ".htaccess";
  write_file(path, "Options -Indexes\r\nAddType text/x y");
  htaccess::install_lock(folder.path(), gate);
  EXPECT_EQ(test::read_file(folder / ".htaccess.claimcheck-bak"), "Options -Indexes\r\nAddType text/x y");
  htaccess::remove_lock(folder.path());
  EXPECT_EQ(files_in(folder.path()),
            (std::map<std::string, std::string>{{".htaccess", "Options -Indexes\r\nAddType text/x y"}}));

  htaccess::install_lock(folder.path(), gate);
  write_file(path, "above\n" + test::read_file(path) + "\nbelow\n");
  const auto changes = by_name(htaccess::remove_lock(folder.path()), folder.path());
  EXPECT_EQ(changes.at(".htaccess"), Change::updated);
  EXPECT_EQ(test::read_file(path), "above\nOptions -Indexes\r\nAddType text/x y\nbelow\n");
  EXPECT_TRUE(fs::exists(folder / ".htaccess.claimcheck-bak")) << "it says something that the file no longer says";
}

TEST(InstallLock, LeavesIndexFilesThatAreNotOurs) {
  const TemporaryFolder folder;
  htaccess::install_lock(folder.path(), gate);
  write_file(folder / "index.html", "a page");
  htaccess::remove_lock(folder.path());
  EXPECT_EQ(files_in(folder.path()), (std::map<std::string, std::string>{{"index.html", "a page"}}));
}

TEST(InstallLock, UnlockingWhatWasNotLockedChangesNothing) {
  const TemporaryFolder folder;
  write_file(folder / ".htaccess", "a");
  EXPECT_EQ(by_name(htaccess::remove_lock(folder.path()), folder.path()),
            (std::map<std::string, Change>{{".htaccess", Change::unchanged}}));
  EXPECT_EQ(test::read_file(folder / ".htaccess"), "a");
}

TEST(InstallLock, WritesThroughALinkAndLeavesTheLink) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "locked");
  write_file(folder / "rules", "");
  fs::create_symlink("../rules", folder / "locked/.htaccess");
  htaccess::install_lock(folder / "locked", gate);
  EXPECT_TRUE(htaccess::block_in(test::read_file(folder / "rules"), htaccess::lock_name));
  htaccess::remove_lock(folder / "locked");
  EXPECT_TRUE(fs::is_symlink(folder / "locked/.htaccess"));
  EXPECT_EQ(test::read_file(folder / "rules"), "");
}

TEST(InstallLock, RefusesWhatIsNoDirectory) {
  const TemporaryFolder folder;
  write_file(folder / "file", "a");
  for (const char* name : {"file", "missing"}) {
    try {
      htaccess::install_lock(folder / name, gate);
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::bad_request);
      EXPECT_NE(std::string(error.what()).find(folder / name), std::string::npos);
    }
  }
}

TEST(InstallSite, StandsAboveWordPressAndGoesByteForByte) {
  const TemporaryFolder folder;
  const std::string wordpress = "\r\n# BEGIN WordPress\r\nRewriteBase /blog/\r\n# END WordPress\r\n";
  write_file(folder / ".htaccess", wordpress);
  htaccess::install_site(folder.path(), {});
  const std::string text = test::read_file(folder / ".htaccess");
  EXPECT_TRUE(text.starts_with("# BEGIN claimcheck-site\n"));
  EXPECT_TRUE(text.ends_with("# END claimcheck-site\n" + wordpress));
  EXPECT_EQ(htaccess::install_site(folder.path(), {}).front().change, Change::unchanged);
  EXPECT_EQ(htaccess::install_site(folder.path(), {.prefix = "/get"}).front().change, Change::updated);
  htaccess::remove_site(folder.path());
  EXPECT_EQ(files_in(folder.path()), (std::map<std::string, std::string>{{".htaccess", wordpress}}));
}

TEST(InstallSite, LiftsABlockThatSomebodyPutBelowWordPressAndLeavesOneThatIsAboveIt) {
  const std::string wordpress = "# BEGIN WordPress\n# END WordPress\n", other = "# BEGIN other\n# END other\n";
  const std::string ours = htaccess::with_block("", htaccess::site_name, htaccess::site_block({}), htaccess::Position::top);
  const struct {
    const char* name;
    std::string before, after;
  } cases[] = {
      {"pasted at the end", other + wordpress + ours, ours + other + wordpress},
      {"pasted below another's rules, above WordPress's", other + ours + wordpress, other + ours + wordpress},
      {"a site without WordPress", other + ours, other + ours},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const TemporaryFolder folder;
    write_file(folder / ".htaccess", c.before);
    const Change change = htaccess::install_site(folder.path(), {}).front().change;
    EXPECT_EQ(change, c.before == c.after ? Change::unchanged : Change::updated);
    EXPECT_EQ(test::read_file(folder / ".htaccess"), c.after);
  }
}

TEST(InstallWorker, AsksForNoOptionsInACgiBin) {
  const TemporaryFolder folder;
  for (const std::string name : {"claimcheck", "cgi-bin"}) {
    fs::create_directory(folder / name);
    htaccess::install_worker(folder / name, gate);
  }
  EXPECT_NE(test::read_file(folder / "claimcheck/.htaccess").find("Options +ExecCGI"), std::string::npos);
  EXPECT_EQ(test::read_file(folder / "cgi-bin/.htaccess").find("Options"), std::string::npos);
  EXPECT_EQ(htaccess::remove_worker(folder / "cgi-bin").front().change, Change::removed);
  EXPECT_FALSE(fs::exists(folder / "cgi-bin/.htaccess"));
}

TEST(Install, AllThreeBlocksLiveInOneFile) {
  const TemporaryFolder folder;
  write_file(folder / ".htaccess", "mine");
  htaccess::install_worker(folder.path(), gate);
  htaccess::install_lock(folder.path(), gate);
  htaccess::install_site(folder.path(), {});
  htaccess::remove_worker(folder.path());
  htaccess::remove_site(folder.path());
  htaccess::remove_lock(folder.path());
  EXPECT_EQ(test::read_file(folder / ".htaccess"), "mine");
}

}  // namespace
}  // namespace claimcheck
