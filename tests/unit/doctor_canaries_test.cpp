#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>

#include "core/error.h"
#include "htaccess/canaries.h"
#include "tests/support/process.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

TEST(DoctorCanaries, AreReadableForAllAndGoAgain) {
  const TemporaryFolder root;
  const auto before = ::umask(077);
  {
    Canaries canaries{secure_random()};
    const Canary small = canaries.add(root.path(), ".zip", [](const std::string& word) { return word + "!"; });
    EXPECT_EQ(read_file(small.path), small.word + "!");
    EXPECT_EQ(fs::status(small.path).permissions(), fs::perms{0644});
    const Canary large = canaries.add_large(canaries.add_folder(root.path()), ".bin", 1 << 24);
    EXPECT_EQ(fs::file_size(large.path), 1U << 24);
    EXPECT_THROW(canaries.add(root / "nosuch", ".zip", [](const std::string& word) { return word; }), Error);
  }
  ::umask(before);
  EXPECT_TRUE(fs::is_empty(root.path()));
}

TEST(DoctorCanaries, ThoseOfAKilledRunGoAfterAnHour) {
  const TemporaryFolder root;
  write_file(root / "claimcheck-canary-abc.zip", "");
  write_file(root / "mine.zip", "");
  const Time now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  Canaries::sweep(root.path(), now);
  EXPECT_TRUE(fs::exists(root / "claimcheck-canary-abc.zip")) << "another doctor may be at work";
  Canaries::sweep(root.path(), now + seconds{7200});
  EXPECT_FALSE(fs::exists(root / "claimcheck-canary-abc.zip"));
  EXPECT_TRUE(fs::exists(root / "mine.zip"));
}

}  // namespace
}  // namespace claimcheck::htaccess
