#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "files/directory.h"
#include "tests/support/process.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::thrown;
using test::write_file;
using Removed = Storage::Removed;

const std::string name = "2026/11/report.pdf";

class DirectoryRemoval : public testing::Test {
 protected:
  DirectoryRemoval() {
    fs::create_directories(root / "2026/11");
    fs::create_directories(folder / "private");
    write_file(folder / "private/x", "private");
    write_file(root / name, "the report");
  }

  FileVersion version() const { return storage->open(name, ServedAs::decrypted)->version(); }

  Removed remove(const std::function<bool()>& wanted = [] { return false; }) const {
    return storage->remove(name, version(), wanted);
  }

  /// Everything in the file's folder.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(root / "2026/11")) found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }

  /// Leaves the folder as a process does that dies while the file is set aside.
  std::string die_in_the_middle() const {
    std::string aside;
    remove([&] {
      if (names() != std::vector<std::string>{"report.pdf"}) aside = names().at(0);
      return !aside.empty();
    });
    fs::rename(root / name, root / "2026/11" / aside);
    return aside;
  }

  test::TemporaryFolder folder;
  const fs::path root = folder / "uploads";
  const std::unique_ptr<Storage> storage = files::open_directory(root);
};

TEST_F(DirectoryRemoval, RemovesAFileThatNobodyWants) {
  const FileVersion before = version();
  EXPECT_EQ(remove(), Removed::removed);
  EXPECT_TRUE(names().empty());
  const auto unasked = []() -> bool { throw Error{Errc::internal, "nobody asks"}; };
  EXPECT_EQ(storage->remove(name, before, unasked), Removed::gone);
}

TEST_F(DirectoryRemoval, AFileThatIsWantedStaysAndIsNotEvenSetAside) {
  int asked = 0;
  EXPECT_EQ(remove([&] {
              ++asked;
              EXPECT_TRUE(fs::exists(root / name));
              return true;
            }),
            Removed::wanted);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(read_file(root / name), "the report");
}

TEST_F(DirectoryRemoval, ItIsAskedOnceMoreWhileNobodyCanFindTheFile) {
  std::vector<bool> found;
  EXPECT_EQ(remove([&] {
              found.push_back(fs::exists(root / name));
              return !found.back();
            }),
            Removed::wanted);
  EXPECT_EQ(found, (std::vector<bool>{true, false}));
  EXPECT_EQ(names(), std::vector<std::string>{"report.pdf"});
  EXPECT_EQ(read_file(root / name), "the report");
}

TEST_F(DirectoryRemoval, AnotherVersionStays) {
  const FileVersion now = version();
  for (const FileVersion& other : {FileVersion{now.size + 1, now.mtime_ns}, FileVersion{now.size, now.mtime_ns - 1}})
    EXPECT_EQ(storage->remove(name, other, [] { return false; }), Removed::changed);
  EXPECT_EQ(names(), std::vector<std::string>{"report.pdf"});
}

TEST_F(DirectoryRemoval, AFileThatIsReplacedMeanwhileStays) {
  EXPECT_EQ(remove([&] {
              write_file(root / "new", "another report");
              fs::rename(root / "new", root / name);
              return false;
            }),
            Removed::changed)
      << "just before it was set aside";
  EXPECT_EQ(read_file(root / name), "another report");
}

TEST_F(DirectoryRemoval, AFileThatGetsTheNameWhileTheOldOneIsSetAsideStays) {
  for (const bool wanted : {false, true}) {
    write_file(root / name, "the report");
    EXPECT_EQ(remove([&] {
                if (fs::exists(root / name)) return false;
                write_file(root / name, "another report");
                return wanted;
              }),
              wanted ? Removed::wanted : Removed::removed);
    EXPECT_EQ(read_file(root / name), "another report");
    EXPECT_EQ(names(), std::vector<std::string>{"report.pdf"});
  }
}

TEST_F(DirectoryRemoval, WhoeverCannotTellWhetherItIsWantedLeavesItInPlace) {
  for (const int failing : {1, 2}) {
    int asked = 0;
    const auto error = thrown([&] {
      remove([&]() -> bool {
        if (++asked == failing) throw Error{Errc::unavailable, "no database"};
        return false;
      });
    });
    ASSERT_TRUE(error.has_value());
    EXPECT_STREQ(error->what(), "no database");
    EXPECT_EQ(asked, failing);
    EXPECT_EQ(names(), std::vector<std::string>{"report.pdf"});
  }
}

TEST_F(DirectoryRemoval, WhatAProcessHasSetAsideThatDiedComesBackAndIsLookedAtAgain) {
  const FileVersion before = version();
  const std::string aside = die_in_the_middle();
  EXPECT_TRUE(aside.starts_with(".claimcheck-")) << aside;
  EXPECT_EQ(storage->remove(name, before, [] { return true; }), Removed::wanted);
  EXPECT_EQ(names(), std::vector<std::string>{"report.pdf"});
  EXPECT_EQ(die_in_the_middle(), aside);
  EXPECT_EQ(storage->remove(name, before, [] { return false; }), Removed::removed);
  EXPECT_TRUE(names().empty());
}

TEST_F(DirectoryRemoval, WhatWasSetAsideGoesIfANewerFileHasTheName) {
  const FileVersion before = version();
  die_in_the_middle();
  write_file(root / name, "a newer report");
  EXPECT_EQ(storage->remove(name, before, [] { return false; }), Removed::changed);
  EXPECT_EQ(names(), std::vector<std::string>{"report.pdf"});
  EXPECT_EQ(read_file(root / name), "a newer report");
}

TEST_F(DirectoryRemoval, ARootThatIsEmptyOrMissingIsUnavailable) {
  const FileVersion before = version();
  const auto fault = [&](const std::string& path) {
    const auto error = thrown([&] { storage->remove(path, before, [] { return false; }); });
    return error ? std::optional{error->code()} : std::nullopt;
  };
  fs::rename(root, folder / "unmounted");
  EXPECT_EQ(fault(name), Errc::unavailable) << "missing";
  fs::create_directory(root);
  EXPECT_EQ(fault(name), Errc::unavailable) << "empty, as a mount point is";
  EXPECT_EQ(fault("file"), Errc::unavailable) << "empty, and the file lies in the root itself";
  write_file(root / "index.html", "");
  EXPECT_EQ(fault(name), std::nullopt);
  EXPECT_EQ(fault("file"), std::nullopt);
  EXPECT_EQ(storage->remove(name, before, [] { return false; }), Removed::gone) << "its folder too";
}

TEST_F(DirectoryRemoval, NothingButRegularFilesBeneathTheRootIsTouched) {
  const FileVersion other{.size = 7, .mtime_ns = 0};
  fs::create_symlink("../private/x", root / "link");
  fs::create_symlink("../private", root / "folder-link");
  const auto not_wanted = [] { return false; };
  for (const char* path : {"link", "2026", "../private/x", "/etc/passwd", "", "2026/../../private/x"}) {
    const auto error = thrown([&] { storage->remove(path, other, not_wanted); });
    ASSERT_TRUE(error.has_value()) << path;
    EXPECT_EQ(error->code(), Errc::file_not_found) << path;
  }
  EXPECT_EQ(storage->remove("folder-link/x", other, not_wanted), Removed::gone);
  EXPECT_TRUE(fs::is_symlink(root / "link"));
  EXPECT_TRUE(fs::is_symlink(root / "folder-link"));
  EXPECT_EQ(read_file(folder / "private/x"), "private");
}

TEST_F(DirectoryRemoval, WhoHasTheFileOpenKeepsItsBytes) {
  const auto open = storage->open(name, ServedAs::decrypted);
  EXPECT_EQ(remove(), Removed::removed);
  std::string content(10, '\0');
  EXPECT_EQ(open->read(0, {content.data(), content.size()}), 10U);
  EXPECT_EQ(content, "the report");
}

}  // namespace
}  // namespace claimcheck
