#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "tests/support/backup.h"
#include "tests/support/effort.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
using nlohmann::json;

/// A site that keeps DBackup's samples, as storage "backups".
class EncryptedBackups : public testing::Test {
 protected:
  EncryptedBackups() {
    std::filesystem::create_directories(backups);
    for (const auto& entry : std::filesystem::directory_iterator{CLAIMCHECK_SOURCE_DIR "/tests/data/dbackup"})
      std::filesystem::copy_file(entry.path(), backups / entry.path().filename());
    const std::string text = read_file(site.config());
    write_file(site.config(), fmt::format("{}[storage.backups]\nkind = \"encrypted\"\nroot = \"{}\"\n{}", text,
                                          backups.string(), dbackup_profiles()));
    give_to_site_user(site.folder());
  }

  Issued issue(const std::string& file, const std::string& policy = "open") const {
    return site.issue(file, {.policy = policy, .storage = "backups"});
  }
  Answer get(const Issued& token, const std::string& range = {}) const {
    Fields headers;
    if (!range.empty()) headers.emplace_back("Range", range);
    return fetch(site.port(), {.target = token.path, .headers = headers});
  }

  Site site;
  const std::filesystem::path backups = site.folder() / "backups";
};

TEST_F(EncryptedBackups, EverySampleArrivesDecryptedInOnePieceAndInTwoThousandPartsBehindEachFrontEnd) {
  const json samples = json::parse(dbackup_sample("manifest.json")).at("whole_file");
  const int parts_of_each = long_run() ? 2000 : 500;  // four of the samples have any
  std::mt19937_64 chance{2000};
  for (const Front front : all_fronts) {
    SCOPED_TRACE(name_of(front));
    const auto server = start(front, site);
    for (const auto& sample : samples) {
      const std::string name = sample.at("file"), plain_name = sample.at("decryptedDownloadName");
      SCOPED_TRACE(name);
      const Issued token = issue(name);
      const Answer whole = get(token);
      ASSERT_EQ(whole.status, 200) << whole.body << site.log();
      EXPECT_EQ(sha256(whole.body), sample.at("decryptedSha256").get<std::string>());
      EXPECT_NE(whole.header("Content-Disposition").value_or("").find('"' + plain_name + '"'), std::string::npos);
      const std::uint64_t size = whole.body.size();
      for (int part = 0; part < parts_of_each && size > 0; ++part) {
        const std::uint64_t first = chance() % size, last = first + chance() % (size - first);
        const Answer some = get(token, fmt::format("bytes={}-{}", first, last));
        ASSERT_EQ(some.status, 206) << some.body;
        ASSERT_TRUE(some.body == whole.body.substr(first, last - first + 1)) << first << "-" << last;
      }
    }
  }
}

TEST_F(EncryptedBackups, ADamagedBackupIsRefusedBeforeTheFirstByteAndNothingIsCounted) {
  const auto server = start(Front::nginx, site);
  const std::string name = "backup.sql.enc", content = dbackup_sample(name);
  const Issued token = site.issue(name, {.policy = "default", .storage = "backups"});
  const auto modified = std::filesystem::last_write_time(backups / name);
  const auto damaged = [&](const std::string& bytes) {
    write_file(backups / name, bytes);
    std::filesystem::last_write_time(backups / name, modified);
    return get(token);
  };
  std::mt19937_64 chance{17};
  for (int attempt = 0; attempt < 50; ++attempt) {
    std::string flipped = content;
    const std::size_t bit = chance() % (content.size() * 8);
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Answer answer = damaged(flipped);
    ASSERT_EQ(answer.status, 410) << "bit " << bit << ": " << answer.body.substr(0, 200);
    ASSERT_TRUE(answer.body.starts_with("file_changed")) << answer.body.substr(0, 200);
    ASSERT_EQ(damaged(content.substr(0, chance() % content.size())).status, 410);
  }
  EXPECT_NE(site.log().find("does not verify"), std::string::npos) << site.log();
  const json uses = site.show(token.id).at("uses");
  EXPECT_EQ(uses, 0);
  EXPECT_EQ(sha256(damaged(content).body), "c0bc5710a4c1ee09bd706ba3f7b345bfbb1eb7fc80eb2edd7878bacb29bfc786");
}

/// Proportional set size of all workers together, in bytes.
std::uint64_t memory_of(const Site& site) {
  constexpr std::uint64_t kibibyte = 1024;
  std::uint64_t sum = 0;
  for (const pid_t pid : site.worker_pids()) {
    const std::string rollup = read_file(fmt::format("/proc/{}/smaps_rollup", pid));
    sum += std::stoull(rollup.substr(rollup.find("Pss:") + 4)) * kibibyte;
  }
  return sum;
}

TEST_F(EncryptedBackups, FourGibibytesAreDecryptedInConstantMemoryAtHalfTheSpeedOfPlainFilesAtLeast) {
  constexpr std::uint64_t mebibyte = 1 << 20, size = 4096 * mebibyte, allowed_growth = 16 * mebibyte;
  const std::string piece = noise(mebibyte);
  const std::string plain = site.add_file("plain.sql", "");
  Sha256 digest;
  {
    std::ofstream file{site.uploads() / plain, std::ios::binary};
    std::uint64_t written = 0;
    write_backup(backups / "big.sql.enc", [&] {
      if (written == size) return std::string{};
      written += mebibyte;
      digest.add(piece);
      file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
      return piece;
    });
  }
  give_to_site_user(site.folder());
  const std::string expected = digest.hex();
  const auto server = start(Front::nginx, site);
  const auto got = [&](const Issued& token) {
    const auto begun = std::chrono::steady_clock::now();
    const Answer answer = fetch(site.port(), {.target = token.path}, {.keep = 0}, std::chrono::minutes{5});
    EXPECT_EQ(answer.sha256, expected);
    return std::chrono::duration<double>{std::chrono::steady_clock::now() - begun}.count();
  };
  const Issued decrypted = issue("big.sql.enc"), as_it_is = site.issue(plain, {.policy = "open", .storage = "uploads"});
  const double first = got(decrypted);  // with the look at all of it
  const std::uint64_t before = memory_of(site);
  double best_decrypted = first, best_plain = got(as_it_is);
  for (int attempt = 0; attempt < 2; ++attempt) {
    best_decrypted = std::min(best_decrypted, got(decrypted));
    best_plain = std::min(best_plain, got(as_it_is));
  }
  const std::uint64_t after = memory_of(site);
  fmt::print(
      "4 GiB through nginx: decrypted in {:.1f} s ({:.1f} s the first time), plain in {:.1f} s: {:.2f} of its speed; "
      "worker {} MiB, then {} MiB\n",
      best_decrypted, first, best_plain, best_plain / best_decrypted, before / mebibyte, after / mebibyte);
  EXPECT_GE(best_plain / best_decrypted, 0.5);
  EXPECT_LE(after, before + allowed_growth);
  EXPECT_LE(after, 100 * mebibyte);
}

}  // namespace
}  // namespace claimcheck
