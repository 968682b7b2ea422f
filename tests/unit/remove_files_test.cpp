#include "cron/remove_files.h"

#include "core/error.h"
#include "cron/expire.h"
#include "files/directory.h"
#include "tests/support/process.h"
#include "tests/unit/cron_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

class RemoveFiles : public CronTest {
 protected:
  static constexpr Time end = start + seconds{86400};

  RemoveFiles() {
    fs::create_directories(root / "2026");
    write_file(root / "index.html", "");
    storages.emplace("uploads", files::open_directory(root));
  }

  /// A token for a file, whose policy says to remove it.
  Token add(int number, const std::string& file, Time expires_at = end) {
    if (!fs::exists(root / file)) write_file(root / file, "the report");
    Token token = token_of(number);
    token.file = file;
    token.version = storages.at("uploads")->open(file, ServedAs::decrypted)->version();
    token.rules.delete_file = true;
    token.expires_at = expires_at;
    tokens.add(token);
    return token;
  }

  cron::RemoveReport remove(TokenSweep& sweep, cron::Mode mode = cron::Mode::real) {
    return cron::remove_files(removals, sweep, storages, at(end, mode));
  }

  /// What the cron does: expire, then remove.
  cron::RemoveReport clean_up() {
    cron::expire(tokens, removals, nullptr, at(end));
    return remove(tokens);
  }

  std::int64_t noted() { return std::ssize(removals.list("", 10'000)); }

  TemporaryFolder folder;
  const fs::path root = folder / "uploads";
  Storages storages;
};

TEST_F(RemoveFiles, RemovesWhatNoLiveTokenNeeds) {
  add(1, "2026/lonely");
  add(2, "2026/shared");
  const Token live = add(3, "2026/shared", end + seconds{60});
  EXPECT_EQ(clean_up().files, 1);
  EXPECT_FALSE(fs::exists(root / "2026/lonely"));
  EXPECT_TRUE(fs::exists(root / "2026/shared"));
  EXPECT_EQ(noted(), 1) << "the shared one is still to go";
  change(live.id, [](Token& token) { token.revoked_at = end; });
  EXPECT_EQ(clean_up().files, 1);
  EXPECT_FALSE(fs::exists(root / "2026/shared"));
  EXPECT_EQ(noted(), 0);
}

TEST_F(RemoveFiles, AFileOfSeveralEndedTokensIsRemovedOnce) {
  for (int i = 0; i < 3; ++i) add(i, "2026/shared");
  EXPECT_EQ(clean_up().files, 1);
  EXPECT_EQ(clean_up().files, 0);
}

TEST_F(RemoveFiles, AFileStaysIfATokenIsIssuedBetweenSelectAndDelete) {
  for (const int moment : {1, 2}) {  // before it is set aside, and while it is
    const std::string file = fmt::format("2026/file{}", moment);
    add(moment, file);
    cron::expire(tokens, removals, nullptr, at(end));
    EventfulSweep sweep{tokens};
    int asked = 0;
    sweep.before_file_in_use = [&](const std::string& asked_for) {
      if (asked_for != file || ++asked != moment) return;
      Token second = token_of(10 + moment);
      second.file = file;
      second.expires_at = end + seconds{60};
      tokens.add(second);
    };
    EXPECT_EQ(remove(sweep).files, 0);
    EXPECT_EQ(asked, moment);
    EXPECT_EQ(read_file(root / file), "the report");
  }
  EXPECT_EQ(noted(), 2);
}

TEST_F(RemoveFiles, AFileStaysIfItsTokenIsExtendedBeforeItIsMarked) {
  const Token token = add(1, "2026/report");
  EventfulSweep sweep{tokens};
  sweep.before_clean = [&] { change(token.id, [](Token& each) { each.expires_at += seconds{60}; }); };
  cron::expire(sweep, removals, nullptr, at(end));
  EXPECT_EQ(remove(tokens).files, 0);
  EXPECT_TRUE(fs::exists(root / "2026/report"));
}

TEST_F(RemoveFiles, AFaultOfTheDatabaseEndsTheJobAndTheFileStays) {
  add(1, "2026/report");
  cron::expire(tokens, removals, nullptr, at(end));
  for (const int failing : {1, 2}) {
    EventfulSweep sweep{tokens};
    int asked = 0;
    sweep.before_file_in_use = [&](const std::string&) {
      if (++asked == failing) throw Error{Errc::unavailable, "no database"};
    };
    const auto error = thrown([&] { remove(sweep); });
    ASSERT_TRUE(error.has_value());
    EXPECT_STREQ(error->what(), "no database");
    EXPECT_EQ(read_file(root / "2026/report"), "the report");
    EXPECT_EQ(std::distance(fs::directory_iterator{root / "2026"}, {}), 1) << "under its own name only";
  }
  EXPECT_EQ(noted(), 1);
  EXPECT_EQ(remove(tokens).files, 1);
}

TEST_F(RemoveFiles, AFileSetAsideByARunThatDiedComesBackForWhoNeedsIt) {
  const Token token = add(1, "2026/report");
  cron::expire(tokens, removals, nullptr, at(end));
  const fs::path aside = root / ("2026/.claimcheck-" + Digest::of("report").hex().substr(0, 32));
  fs::rename(root / "2026/report", aside);
  Token second = token_of(2);
  second.file = token.file;
  tokens.add(second);
  EXPECT_EQ(remove(tokens).files, 0);
  EXPECT_EQ(read_file(root / "2026/report"), "the report");
  EXPECT_FALSE(fs::exists(aside));
}

TEST_F(RemoveFiles, AStorageThatCannotBeReachedFailsAndIsTriedAgain) {
  add(1, "2026/report");
  fs::rename(root, folder / "unmounted");
  EXPECT_EQ(clean_up().failed, 1) << "missing";
  fs::create_directory(root);
  const cron::RemoveReport report = clean_up();
  EXPECT_EQ(report.failed, 1) << "empty, as a mount point is";
  EXPECT_NE(report.fault.find("is its file system mounted?"), std::string::npos) << report.fault;
  fs::remove(root);
  fs::rename(folder / "unmounted", root);
  EXPECT_EQ(clean_up().files, 1);
  EXPECT_EQ(noted(), 0);
}

TEST_F(RemoveFiles, AStorageThatIsNotConfiguredAnyMoreKeepsNoOtherFromItsTurn) {
  add(1, "2026/report");
  removals.add({.storage = "attic", .file = "old"});
  removals.add({.storage = "attic", .file = "older"});
  const cron::RemoveReport report = clean_up();
  EXPECT_EQ(report.files, 1);
  EXPECT_EQ(report.failed, 2);
  EXPECT_EQ(report.fault, "the configuration has no storage attic");
  EXPECT_EQ(noted(), 2) << "tried again by the next run";
}

TEST_F(RemoveFiles, AFileThatWasReplacedOrIsGoneIsForgotten) {
  add(1, "2026/replaced");
  add(2, "2026/gone");
  write_file(root / "2026/replaced", "another and longer report");
  fs::remove(root / "2026/gone");
  const cron::RemoveReport report = clean_up();
  EXPECT_EQ(report.files, 0);
  EXPECT_EQ(report.failed, 0);
  EXPECT_EQ(noted(), 0);
  EXPECT_EQ(read_file(root / "2026/replaced"), "another and longer report");
}

TEST_F(RemoveFiles, ADryRunForeseesWhatTheRealOneRemoves) {
  add(1, "2026/lonely");
  add(2, "2026/shared by ended tokens");
  add(3, "2026/shared by ended tokens");
  add(4, "2026/shared");
  add(5, "2026/shared", end + seconds{60});
  add(6, "2026/replaced");
  write_file(root / "2026/replaced", "another and longer report");
  write_file(root / "2026/noted before", "the report");
  const auto noted_before = storages.at("uploads")->open("2026/noted before", ServedAs::decrypted)->version();
  removals.add({.storage = "uploads", .file = "2026/noted before", .version = noted_before});
  removals.add({.storage = "attic", .file = "old"});
  cron::ForeseenRemovals foreseen{removals};
  const cron::Run dry = at(end, cron::Mode::dry_run);
  EXPECT_EQ(cron::expire(tokens, foreseen, nullptr, dry).tokens, 5);
  const cron::RemoveReport promised = cron::remove_files(foreseen, tokens, storages, dry);
  EXPECT_EQ(std::distance(fs::directory_iterator{root / "2026"}, {}), 5);
  EXPECT_EQ(noted(), 2);
  const cron::RemoveReport done = clean_up();
  EXPECT_EQ(promised.files, 3);
  EXPECT_EQ(done.files, promised.files);
  EXPECT_EQ(done.failed, promised.failed);
}

TEST_F(RemoveFiles, ForeseenRemovalsArePagedTogetherWithTheRealOnes) {
  cron::ForeseenRemovals foreseen{removals};
  for (int i = 0; i < 30; ++i) {
    const Removal removal{.storage = "uploads", .file = fmt::format("file{}", i), .version = {.size = 1}};
    if (i % 3 != 0) removals.add(removal);
    if (i % 3 != 1) foreseen.add({.storage = removal.storage, .file = removal.file, .version = {.size = 2}});
  }
  std::vector<Removal> all;
  for (std::vector<Removal> page; !(page = foreseen.list(all.empty() ? "" : all.back().key(), 7)).empty();) {
    EXPECT_LE(page.size(), 7U);
    all.insert(all.end(), page.begin(), page.end());
  }
  EXPECT_EQ(all.size(), 30U);
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Removal::key));
  EXPECT_EQ(std::ranges::count(all, FileVersion{.size = 2}, &Removal::version), 20) << "the last one that was noted counts";
}

TEST_F(RemoveFiles, ManyFilesAreRemovedBatchByBatchUntilTimeIsUp) {
  for (int i = 0; i < 500; ++i) add(i, fmt::format("2026/file{}", i));
  cron::expire(tokens, removals, nullptr, at(end));
  int asked = 0;
  const cron::Run short_run{.now = end, .time_is_up = [&] { return ++asked > 1; }};
  EXPECT_EQ(cron::remove_files(removals, tokens, storages, short_run).files, cron::batch);
  EXPECT_EQ(remove(tokens).files, 500 - cron::batch);
  EXPECT_TRUE(fs::is_empty(root / "2026"));
}

}  // namespace
}  // namespace claimcheck
