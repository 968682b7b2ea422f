#include "cron/orphans.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/error.h"
#include "files/open_storages.h"
#include "tests/support/process.h"
#include "tests/unit/cron_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

class Orphans : public CronTest {
 protected:
  static constexpr seconds age{3600};

  Orphans() { fs::create_directories(root / "sub/deep"); }

  void add_file(const std::string& name, seconds old = age + seconds{1}) {
    write_file(root / name, "x");
    touch(root / name, start - old);
  }

  static void touch(const fs::path& path, Time when) { fs::last_write_time(path, fs::file_time_type::clock::from_sys(when)); }

  OrphanSettings settings(std::vector<std::string> patterns = {"*.part"}) const {
    return {.folder = root, .patterns = std::move(patterns), .older_than = age};
  }

  cron::OrphansReport remove(const OrphanSettings& orphans, cron::Mode mode = cron::Mode::real) {
    return cron::remove_orphans(orphans, storages, opened(), tokens, at(start, mode));
  }

  Storages opened() const {
    return files::open_storages(storages, {}, [] { return start; });
  }

  /// All files beneath the folder.
  std::vector<std::string> files() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root))
      if (!entry.is_directory()) found.push_back(entry.path().lexically_relative(root));
    std::ranges::sort(found);
    return found;
  }

  TemporaryFolder folder;
  const fs::path root = folder / "uploads";
  std::map<std::string, StorageSettings> storages;
};

TEST_F(Orphans, AreTheOldFilesWhoseNamesMatch) {
  for (const char* name : {"a.part", "sub/b.part", "sub/deep/c.part", "a.pdf", ".hidden.part", "A.PART", "partial"})
    add_file(name);
  add_file("new.part", age);
  const cron::OrphansReport report = remove(settings());
  EXPECT_EQ(report.files, 3);
  EXPECT_EQ(report.failed, 0);
  EXPECT_EQ(files(), (std::vector<std::string>{".hidden.part", "A.PART", "a.pdf", "new.part", "partial"}));
  EXPECT_TRUE(fs::is_directory(root / "sub/deep")) << "folders stay";
  EXPECT_EQ(remove(settings()).files, 0);
}

TEST_F(Orphans, EachFileCountsOnceWhateverPatternsMatchIt) {
  add_file("upload-1.part"), add_file("upload-2.tmp"), add_file("other.part");
  const OrphanSettings overlapping = settings({"*.part", "upload-*", "*", "upload-?.part"});
  EXPECT_EQ(remove(overlapping, cron::Mode::dry_run).files, 3);
  EXPECT_EQ(files().size(), 3U) << "a dry run removes nothing";
  EXPECT_EQ(remove(overlapping).files, 3);
}

TEST_F(Orphans, LinksAreNeitherFollowedNorRemoved) {
  fs::create_directories(folder / "private");
  write_file(folder / "private/x.part", "private");
  touch(folder / "private/x.part", start - age * 2);
  fs::create_symlink("../private/x.part", root / "link.part");
  fs::create_symlink("../private", root / "folder-link");
  fs::create_directories(root / "folder.part");
  EXPECT_EQ(cron::remove_orphans(settings(), storages, opened(), tokens, at(start + age * 9)).files, 0);
  EXPECT_TRUE(fs::exists(folder / "private/x.part"));
  EXPECT_TRUE(fs::is_symlink(root / "link.part"));
}

TEST_F(Orphans, AFileThatALiveTokenRefersToStays) {
  fs::create_directory_symlink(root, folder / "another way");
  storages = {
      {"uploads", {.root = folder / "another way"}}, {"deep", {.root = root / "sub/deep"}}, {"attic", {.root = "/nosuch"}}};
  for (const char* name : {"sub/used.part", "sub/deep/used.part", "sub/ended.part", "sub/unknown.part"}) add_file(name);
  const auto issue = [&](int number, const std::string& storage, const std::string& file, Time expires_at) {
    Token token = token_of(number);
    token.storage = storage;
    token.file = file;
    token.expires_at = expires_at;
    tokens.add(token);
  };
  issue(1, "uploads", "sub/used.part", start + seconds{1});
  issue(2, "deep", "used.part", start + seconds{1});
  issue(3, "uploads", "sub/ended.part", start);
  issue(4, "attic", "sub/unknown.part", start + seconds{1});
  EXPECT_EQ(remove(settings()).files, 2);
  EXPECT_EQ(files(), (std::vector<std::string>{"sub/deep/used.part", "sub/used.part"}));
}

TEST_F(Orphans, AMissingFolderIsReported) {
  OrphanSettings missing = settings();
  missing.folder = folder / "nosuch";
  const cron::OrphansReport report = remove(missing);
  EXPECT_EQ(report.failed, 1);
  EXPECT_NE(report.fault.find("nosuch"), std::string::npos) << report.fault;
  missing.folder = folder / "a file";
  write_file(missing.folder, "x");
  EXPECT_EQ(remove(missing).failed, 1);
}

TEST_F(Orphans, AFileForWhichATokenIsIssuedMeanwhileStays) {
  add_file("sub/a.part"), add_file("b.part");
  storages = {{"uploads", {.root = root}}};
  EventfulSweep sweep{tokens};
  int asked = 0;
  sweep.before_file_in_use = [&](const std::string& file) {
    if (file != "sub/a.part" || ++asked != 2) return;
    EXPECT_FALSE(fs::exists(root / file)) << "it is set aside for the last question";
    tokens.add({.id = {"01890000-0000-7000-8000-000000000001"},
                .digest = Digest::of("secret"),
                .storage = "uploads",
                .file = file,
                .expires_at = start + seconds{60}});
  };
  const cron::OrphansReport report = cron::remove_orphans(settings(), storages, opened(), sweep, at(start));
  EXPECT_EQ(report.files, 1);
  EXPECT_EQ(report.failed, 0);
  EXPECT_EQ(files(), std::vector<std::string>{"sub/a.part"});
}

TEST_F(Orphans, WhatIsReplacedMeanwhileStays) {
  add_file("sub/a.part");
  storages = {{"uploads", {.root = root}}};
  EventfulSweep sweep{tokens};
  sweep.before_file_in_use = [&](const std::string& file) {
    if (fs::remove(root / file)) fs::create_directory(root / file);
  };
  EXPECT_EQ(cron::remove_orphans(settings(), storages, opened(), sweep, at(start)).files, 0);
  EXPECT_TRUE(fs::is_directory(root / "sub/a.part"));
}

TEST_F(Orphans, AFolderThatCannotBeReadIsReportedAndTheOthersAreDone) {
  add_file("a.part"), add_file("sub/b.part");
  EXPECT_EQ(remove(settings(), cron::Mode::dry_run).files, 2);  // sanitizers open files of their own the first time
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(next);
  const rlimit enough_for_one_folder{static_cast<rlim_t>(next) + 2, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &enough_for_one_folder), 0);
  const cron::OrphansReport report = remove(settings());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(report.files, 1);
  EXPECT_EQ(report.failed, 1);
  EXPECT_NE(report.fault.find("sub cannot be opened"), std::string::npos) << report.fault;
  EXPECT_EQ(files(), std::vector<std::string>{"sub/b.part"});
}

TEST_F(Orphans, NothingIsRemovedIfAStoragesRootCannotBeFollowed) {
  add_file("a.part");
  fs::create_symlink("loop", folder / "loop");
  storages = {{"uploads", {.root = folder / "loop"}}};
  const cron::OrphansReport report = remove(settings());
  EXPECT_EQ(report.failed, 1);
  EXPECT_NE(report.fault.find("uploads"), std::string::npos) << report.fault;
  EXPECT_EQ(files(), std::vector<std::string>{"a.part"});
}

TEST_F(Orphans, AFaultOfTheDatabaseEndsTheJobAndTheFileStays) {
  add_file("a.part");
  storages = {{"uploads", {.root = root}}};
  EventfulSweep sweep{tokens};
  sweep.before_file_in_use = [](const std::string&) { throw Error{Errc::unavailable, "no database"}; };
  EXPECT_TRUE(thrown([&] { cron::remove_orphans(settings(), storages, opened(), sweep, at(start)); }).has_value());
  EXPECT_EQ(files(), std::vector<std::string>{"a.part"});
}

TEST_F(Orphans, StopsWhenTimeIsUp) {
  for (int i = 0; i < 50; ++i) add_file(fmt::format("sub/{}.part", i));
  int asked = 0;
  const cron::Run short_run{.now = start, .time_is_up = [&] { return ++asked > 10; }};
  const std::int64_t first = cron::remove_orphans(settings(), storages, opened(), tokens, short_run).files;
  EXPECT_LT(first, 11);
  EXPECT_EQ(remove(settings()).files, 50 - first);
}

}  // namespace
}  // namespace claimcheck
