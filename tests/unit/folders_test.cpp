#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "files/backup/encrypted.h"
#include "files/directory.h"
#include "tests/support/backup.h"
#include "tests/support/process.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::thrown;
using test::write_file;

class FolderListing : public testing::Test {
 protected:
  /// The entries' names; those of folders end with "/".
  static std::vector<std::string> names(const FolderPage& page) {
    std::vector<std::string> told;
    for (const FolderEntry& entry : page.entries)
      told.push_back(entry.name + (entry.kind == FolderEntry::Kind::folder ? "/" : ""));
    return told;
  }
  std::vector<std::string> names(const std::string& path = {}) const { return names(storage->folders()->list({path})); }

  std::optional<Errc> fault(const std::string& path) const {
    const auto error = thrown([&] { storage->folders()->list({.folder = path}); });
    return error ? std::optional{error->code()} : std::nullopt;
  }

  void add(const std::vector<const char*>& files) const {
    for (const char* file : files) {
      fs::create_directories((root / file).parent_path());
      write_file(root / file, "content");
    }
  }

  const test::TemporaryFolder folder;
  fs::path root = folder / "uploads";
  std::unique_ptr<Storage> storage = files::open_directory(root);
};

using Names = std::vector<std::string>;

TEST_F(FolderListing, TellsFoldersAndThenFilesByName) {
  add({"b.zip", "a.zip", "2026/11/report.pdf", "2026/x", "2025/x", "\xc3\xbc ber.txt"});
  EXPECT_EQ(names(), (Names{"2025/", "2026/", "a.zip", "b.zip", "\xc3\xbc ber.txt"}));
  EXPECT_EQ(names("2026"), (Names{"11/", "x"}));
  EXPECT_EQ(names("2026/11"), (Names{"report.pdf"}));
  fs::create_directories(root / "empty");
  EXPECT_EQ(names("empty"), Names{});
}

TEST_F(FolderListing, TellsWhatItIsAboutAFile) {
  add({"report.pdf"});
  fs::create_directories(root / "2026");
  const auto modified = std::chrono::sys_seconds{seconds{1'700'000'000}};
  for (const char* name : {"report.pdf", "2026"}) fs::last_write_time(root / name, std::chrono::file_clock::from_sys(modified));
  const FolderEntry year{.kind = FolderEntry::Kind::folder, .name = "2026", .modified = modified};
  const FolderEntry report{.kind = FolderEntry::Kind::file, .name = "report.pdf", .size = 7, .modified = modified};
  EXPECT_EQ(storage->folders()->list({}), (FolderPage{.entries = {year, report}, .after = std::nullopt}));
}

TEST_F(FolderListing, LeavesOutWhatNobodyIsToBeGiven) {
  add({"report.pdf", ".htaccess", ".claimcheck-0", ".git/config", "back\\slash", "line\nbreak", "no utf-8 \xff"});
  write_file(folder / "private", "private");
  fs::create_symlink(folder / "private", root / "link");
  fs::create_symlink("report.pdf", root / "link-inside");
  fs::create_symlink(folder.path(), root / "folder-link");
  fs::create_symlink("nowhere", root / "dangling");
  ASSERT_EQ(::mkfifo((root / "fifo").c_str(), 0644), 0);
  EXPECT_EQ(names(), (Names{"report.pdf"}));
  for (const std::string& name : names()) EXPECT_NO_THROW(storage->open(name, ServedAs::stored));
}

TEST_F(FolderListing, LeavesOutTheIndexFilesOfTheLockAndNoOthers) {
  add({"report.pdf"});
  write_file(root / "index.html", "");
  write_file(root / "index.php", "<?php // Nothing is shown here.\n");
  EXPECT_EQ(names(), (Names{"report.pdf"}));
  write_file(root / "index.html", std::string(500, 'x'));
  EXPECT_EQ(names(), (Names{"index.html", "report.pdf"})) << "somebody's own";
}

TEST_F(FolderListing, LeavesOutPathsThatNoLinkCanHave) {
  const std::string segment(200, 'd'), deep = segment + "/" + segment + "/" + segment;
  add({(deep + "/short").c_str(), (deep + "/" + std::string(97, 'x')).c_str(), (deep + "/" + std::string(98, 'y')).c_str()});
  EXPECT_EQ(names(deep), (Names{"short", std::string(97, 'x')}));
}

TEST_F(FolderListing, NoOtherFolderCanBeReached) {
  add({"report.pdf", "2026/11/x", ".hidden/x", "2026/.hidden/x"});
  fs::create_directories(folder / "private");
  fs::create_symlink(folder / "private", root / "folder-link");
  fs::create_symlink("../../private", root / "2026/link");
  fs::create_symlink("/proc/self/root", root / "proc");
  const std::string nul{"2026\0/11", 8};
  for (const std::string& path : {std::string{".."},
                                  std::string{"../private"},
                                  std::string{"2026/../../private"},
                                  std::string{"2026/.."},
                                  std::string{"."},
                                  std::string{"./2026"},
                                  std::string{"/"},
                                  std::string{"/etc"},
                                  std::string{"2026/"},
                                  std::string{"2026//11"},
                                  std::string{"2026\\11"},
                                  std::string{"%2e%2e"},
                                  std::string{"..%2fprivate"},
                                  std::string{"folder-link"},
                                  std::string{"2026/link"},
                                  std::string{"proc/etc"},
                                  std::string{"report.pdf"},
                                  std::string{"report.pdf/x"},
                                  std::string{".hidden"},
                                  std::string{"2026/.hidden"},
                                  std::string{"nosuch"},
                                  std::string{"\xff"},
                                  std::string(701, 'x'),
                                  std::string(300, 'x'),
                                  nul}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(fault(path), Errc::file_not_found);
  }
  EXPECT_EQ(fault("2026/11"), std::nullopt);
}

TEST_F(FolderListing, ARootThatIsGoneIsUnavailableNotEmpty) {
  EXPECT_EQ(fault(""), Errc::unavailable);
}

TEST_F(FolderListing, PagesTellEverythingOnceWhateverTheirLength) {
  add({"b/x", "d/x", "f/x", "a", "c", "e", "g"});
  const Names all{"b/", "d/", "f/", "a", "c", "e", "g"};
  for (std::size_t limit = 1; limit <= all.size() + 1; ++limit) {
    SCOPED_TRACE(limit);
    Names told;
    FolderQuery query{.limit = limit};
    for (;;) {
      const FolderPage page = storage->folders()->list(query);
      EXPECT_LE(page.entries.size(), limit);
      std::ranges::copy(names(page), std::back_inserter(told));
      if (!page.after) break;
      ASSERT_EQ(page.after, page.entries.back().name);
      query.after = *page.after;
    }
    EXPECT_EQ(told, all);
  }
}

TEST_F(FolderListing, APageAfterANameThatIsGonePassesNothingOver) {
  add({"b/x", "d/x", "a", "c"});
  const Folders& folders = *storage->folders();
  EXPECT_EQ(names(folders.list({.after = "c"})), Names{}) << "a file, and the last";
  EXPECT_EQ(names(folders.list({.after = "b"})), (Names{"d/", "a", "c"}));
  fs::remove(root / "a");
  EXPECT_EQ(names(folders.list({.after = "a"})), (Names{"b/", "d/", "c"}));
}

TEST_F(FolderListing, OfAHundredThousandNamesOnlyAPageIsTold) {
  fs::create_directories(root / "many");
  add({"a", "b"});  // a file has at most 65,000 names
  for (int i = 0; i < 100'000; ++i)
    fs::create_hard_link(root / (i % 2 == 0 ? "a" : "b"), root / "many" / std::to_string(100'000 + i));
  const FolderPage first = storage->folders()->list({.folder = "many"});
  ASSERT_EQ(first.entries.size(), 200U);
  EXPECT_EQ(first.entries.front().name, "100000");
  EXPECT_EQ(first.after, "100199");
  const FolderPage last = storage->folders()->list({.folder = "many", .after = "199998"});
  EXPECT_EQ(names(last), (Names{"199999"}));
  EXPECT_EQ(last.after, std::nullopt);
}

TEST_F(FolderListing, OfBackupsTellsWhichCanBeDecryptedAndNoMetadata) {
  fs::create_directories(root / "db.meta.json");
  test::write_backup(root / "db.sql.enc", "the dump");
  test::write_backup(root / "broken.sql.enc", "the dump");
  write_file(root / "broken.sql.enc.meta.json", "nonsense");
  write_file(root / "plain.sql", "a dump");
  write_file(root / "known.sql", "a dump");
  write_file(root / "known.sql.meta.json", R"({"encryption":{"enabled":false}})");
  write_file(root / "gone.sql.meta.json", "{}");
  const auto backups = files::open_encrypted(root, {}, 1s);
  const auto told = [&](const FolderQuery& query) {
    std::map<std::string, bool> encrypted;
    for (const FolderEntry& entry : backups->folders()->list(query).entries) encrypted[entry.name] = entry.encrypted;
    return encrypted;
  };
  EXPECT_EQ(told({}), (std::map<std::string, bool>{{"db.meta.json", false},
                                                   {"broken.sql.enc", false},
                                                   {"db.sql.enc", true},
                                                   {"known.sql", false},
                                                   {"plain.sql", false}}));
  EXPECT_EQ(told({.limit = 2}).size(), 2U) << "what is left out takes no place on a page";
  fs::create_directories(root / "2026");
  test::write_backup(root / "2026/db.sql.enc", "the dump");
  EXPECT_EQ(told({.folder = "2026"}), (std::map<std::string, bool>{{"db.sql.enc", true}}));
}

}  // namespace
}  // namespace claimcheck
