#include "cron/expire.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "cron/remove_files.h"
#include "files/directory.h"
#include "tests/fakes.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using namespace test;

const Time start = from_unix(1'800'000'000);
const Time later = start + seconds{7200};

class Expire : public testing::Test {
 protected:
  Expire() {
    std::filesystem::create_directories(root);
    storages.emplace("uploads", files::open_directory(root));
  }

  Token add(int number, const std::string& file, bool delete_file = true, seconds ttl = seconds{60}) {
    if (!std::filesystem::exists(root / file)) write_file(root / file, "x");
    Token token{.id = {fmt::format("01890000-0000-7000-8000-{:012}", number)},
                .digest = Digest::of(std::to_string(number)),
                .storage = "uploads",
                .file = file,
                .version = storages.at("uploads")->open(file)->version(),
                .rules = {.grace = seconds{0}, .delete_file = delete_file},
                .created_at = start,
                .expires_at = start + ttl};
    store.add(token);
    return token;
  }

  struct Done {
    std::int64_t tokens, files, failed;
  };

  /// What the cron does: expire, then remove the files that it has noted.
  Done run(cron::Mode mode = cron::Mode::real, Time now = later) { return run(store, {.now = now, .mode = mode}); }

  Done run(TokenSweep& sweep, const cron::Run& run) {
    cron::ForeseenRemovals foreseen{removals};
    Removals& noted = run.mode == cron::Mode::real ? static_cast<Removals&>(removals) : foreseen;
    const cron::ExpireReport ended = cron::expire(sweep, noted, nullptr, run);
    const cron::RemoveReport removed = cron::remove_files(noted, sweep, storages, run);
    return {.tokens = ended.tokens, .files = removed.files, .failed = removed.failed};
  }

  TemporaryFolder folder;
  std::filesystem::path root = folder / "uploads";
  Storages storages;
  Memory memory;
  MemoryTokenStore store{memory};
  MemoryRemovals removals{memory};
};

TEST_F(Expire, RemovesWhatNoLiveTokenNeedsAndMarksEachTokenOnce) {
  add(1, "lonely");
  add(2, "kept", false);
  add(3, "shared");
  add(4, "shared", true, seconds{86400});
  const Done report = run();
  EXPECT_EQ(report.tokens, 3);
  EXPECT_EQ(report.files, 1);
  EXPECT_FALSE(std::filesystem::exists(root / "lonely"));
  EXPECT_TRUE(std::filesystem::exists(root / "kept"));
  EXPECT_TRUE(std::filesystem::exists(root / "shared"));
  EXPECT_EQ(run().tokens, 0);
}

TEST_F(Expire, ADryRunChangesNothing) {
  add(1, "lonely");
  EXPECT_EQ(run(cron::Mode::dry_run).files, 1);
  EXPECT_TRUE(std::filesystem::exists(root / "lonely"));
  EXPECT_EQ(run().files, 1);
}

TEST_F(Expire, AFileThatIsGoneAlreadyIsNoFault) {
  add(1, "lonely");
  std::filesystem::remove(root / "lonely");
  EXPECT_EQ(run().tokens, 1);
}

TEST_F(Expire, AStorageThatIsGoneKeepsItsFilesForTheNextRun) {
  add(1, "lonely");
  std::filesystem::rename(root, folder / "unmounted");
  EXPECT_EQ(run().failed, 1);
  std::filesystem::rename(folder / "unmounted", root);
  EXPECT_EQ(run().files, 1);
}

TEST_F(Expire, AFileThatIsBeingReadStays) {
  Token token = add(1, "film");
  token.claims = {{.id = "claim", .active = {{.id = "d", .ranges = {{0, 1}}, .last_progress = later - seconds{10}}}}};
  store.replace(token);
  EXPECT_EQ(run().tokens, 0);
  EXPECT_TRUE(std::filesystem::exists(root / "film"));
}

TEST_F(Expire, ATokenIsDueTheSecondItsGraceIsOver) {
  Token token = add(1, "lonely", true, later - start - seconds{100});
  token.id = {"01890000-0000-7000-8000-000000000002"};
  token.digest = Digest::of("with grace");
  token.rules.grace = seconds{101};
  token.file = "film";
  write_file(root / "film", "x");
  token.version = storages.at("uploads")->open("film")->version();
  store.add(token);
  EXPECT_EQ(run().files, 1);
  EXPECT_TRUE(std::filesystem::exists(root / "film"));
  EXPECT_EQ(run(cron::Mode::real, later + seconds{1}).files, 1);
  EXPECT_FALSE(std::filesystem::exists(root / "film"));
}

TEST_F(Expire, ARevokedTokenIsCleanedWithoutWaitingForItsExpiry) {
  Token token = add(1, "lonely", true, seconds{86400});
  EXPECT_EQ(run().tokens, 0);
  token.revoked_at = start;
  store.replace(token);
  EXPECT_EQ(run().files, 1);
}

TEST_F(Expire, WorksThroughManyTokensInBatches) {
  for (int i = 0; i < 1000; ++i) add(i, fmt::format("file{}", i));
  const Done report = run();
  EXPECT_EQ(report.tokens, 1000);
  EXPECT_EQ(report.files, 1000);
  EXPECT_TRUE(std::filesystem::is_empty(root));
}

}  // namespace
}  // namespace claimcheck
