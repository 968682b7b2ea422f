#include "files/backup/encrypted.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "core/error.h"
#include "tests/support/backup.h"
#include "tests/support/process.h"
#include "tests/support/sha256.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
using namespace std::chrono_literals;
using nlohmann::json;

const std::string other_key = "9f31680c0ec3c9c17ef28ef3e89a314f9bfe151df0948afcf7e3919de8ee55a3";

std::string bytes_of(OpenFile& file, std::uint64_t first, std::uint64_t length) {
  std::string bytes(length, '\0');
  for (std::size_t done = 0; done < length;) {
    const std::size_t count = file.read(first + done, std::span{bytes}.subspan(done));
    if (count == 0) break;
    done += count;
  }
  return bytes;
}

std::string whole(OpenFile& file) {
  return bytes_of(file, 0, file.version().size);
}

class EncryptedStorage : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& entry : std::filesystem::directory_iterator{CLAIMCHECK_SOURCE_DIR "/tests/data/dbackup"})
      std::filesystem::copy_file(entry.path(), folder / entry.path().filename());
  }

  std::unique_ptr<Storage> storage(const std::map<std::string, ProfileSettings>& profiles) const {
    return files::open_encrypted(folder.path(), files::backup_keys(profiles), 60s);
  }
  std::unique_ptr<Storage> storage() const {
    const auto samples = json::parse(dbackup_sample("profiles.json"));
    const auto& profiles = samples.at("profiles");
    return storage({{profiles.at(0).at("id"), {.key = profiles.at(0).at("masterKeyHex")}},
                    {profiles.at(1).at("id"),
                     {.key = profiles.at(1).at("secretKey"), .system_key = samples.at("systemEncryptionKeyHex")}}});
  }

  /// What opening a file ends with.
  static std::optional<Errc> fault(const Storage& storage, const std::string& path, ServedAs as = ServedAs::decrypted) {
    const auto error = thrown([&] { storage.open(path, as); });
    return error ? std::optional{error->code()} : std::nullopt;
  }

  TemporaryFolder folder;
};

TEST_F(EncryptedStorage, EverySampleIsDecryptedInOnePieceAndInAnyPart) {
  const auto backups = storage();
  std::mt19937_64 chance{4711};
  const json manifest = json::parse(dbackup_sample("manifest.json"));
  for (const auto& sample : manifest.at("whole_file")) {
    const std::string name = sample.at("file");
    SCOPED_TRACE(name);
    const auto file = backups->open(name, ServedAs::decrypted);
    EXPECT_EQ(file->name(), sample.at("decryptedDownloadName").get<std::string>());
    EXPECT_EQ(file->version().size, sample.at("decryptedSize").get<std::uint64_t>());
    EXPECT_LT(file->descriptor(), 0) << "nobody is to send the ciphertext instead";
    const std::string text = whole(*file);
    EXPECT_EQ(sha256(text), sample.at("decryptedSha256").get<std::string>());
    for (int part = 0; part < 2000 && !text.empty(); ++part) {
      const std::uint64_t first = chance() % text.size(), length = 1 + chance() % (text.size() - first);
      ASSERT_EQ(bytes_of(*file, first, length), text.substr(first, length)) << first << " " << length;
    }
    char beyond = 0;
    EXPECT_EQ(file->read(text.size(), {&beyond, 1}), 0U);
  }
}

TEST_F(EncryptedStorage, TheCounterBeginsAnewAfterItsThirtyTwoBitsAsGcmHasIt) {
  // With this IV and the samples' key the counter has 12 blocks to go.
  const BackupCipher cipher{.iv = "5fd5a600000000000000000000000000"};
  std::string text;
  for (int i = 0; i < 1000; ++i) text += fmt::format("{:07} ", i);
  write_backup(folder / "wrap.sql.enc", text, cipher);
  const auto file = storage()->open("wrap.sql.enc", ServedAs::decrypted);
  EXPECT_TRUE(whole(*file) == text);
  for (std::uint64_t first = 150; first < 250; ++first) EXPECT_EQ(bytes_of(*file, first, 100), text.substr(first, 100));
}

TEST_F(EncryptedStorage, WhateverIsNotExactlyWhatWasEncryptedIsRefusedBeforeTheFirstByte) {
  const std::string name = "block16.sql.enc", content = dbackup_sample(name);
  const auto write = [&](const std::string& changed) { write_file(folder / name, changed); };
  for (std::size_t bit = 0; bit < content.size() * 8; ++bit) {
    std::string changed = content;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    write(changed);
    EXPECT_EQ(fault(*storage(), name), Errc::file_changed) << "bit " << bit;
  }
  for (std::size_t length = 0; length < content.size(); ++length) {
    write(content.substr(0, length));
    EXPECT_EQ(fault(*storage(), name), Errc::file_changed) << "cut to " << length;
  }
  write(content + '\0');
  EXPECT_EQ(fault(*storage(), name), Errc::file_changed) << "longer";
  write(content);
  EXPECT_EQ(fault(*storage(), name), std::nullopt);
  EXPECT_EQ(fault(*storage({{"clprofile0001", {.key = other_key}}}), name), Errc::file_changed) << "another key";
  EXPECT_EQ(fault(*storage({}), name), Errc::file_changed) << "no key";
  const std::string sidecar = dbackup_sample(name + ".meta.json");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = sidecar;
    changed.replace(changed.find(from), from.size(), to);
    write_file(folder / (name + ".meta.json"), changed);
    return fault(*storage(), name);
  };
  EXPECT_EQ(with("787a", "787b"), Errc::file_changed) << "another IV";
  EXPECT_EQ(with("44dc", "45dc"), Errc::file_changed) << "another tag";
  EXPECT_EQ(with("aes-256-gcm", "aes-128-gcm"), Errc::file_changed) << "another algorithm";
  EXPECT_EQ(with("44dc361a86b0da7b1c4aa44376c5da76", "44dc"), Errc::file_changed) << "a short tag";
  EXPECT_EQ(with("{", "["), Errc::file_changed) << "no JSON";
  EXPECT_EQ(with("{", R"({"archive": {"formatVersion": 2}, )"), Errc::file_changed) << "an archive of version 2";
}

TEST_F(EncryptedStorage, TheKeyIsFoundByTheTagWhateverTheProfileIsCalledNow) {
  const std::string name = "backup.sql.enc", key = BackupCipher{}.key;
  EXPECT_EQ(fault(*storage({{"another", {.key = other_key}}, {"restored", {.key = key}}}), name), std::nullopt);
  EXPECT_EQ(fault(*storage({{"clprofile0001", {.key = other_key}}, {"restored", {.key = key}}}), name), std::nullopt)
      << "the named profile has another key by now";
}

TEST_F(EncryptedStorage, AFileIsLookedAtAgainWhenItHasChanged) {
  const auto backups = storage();
  const std::string name = "backup.sql.enc", content = dbackup_sample(name);
  const auto file = backups->open(name, ServedAs::decrypted);
  const auto before = std::filesystem::last_write_time(folder / name);
  std::string changed = content;
  changed[9000] = static_cast<char>(changed[9000] ^ 1);
  write_file(folder / name, changed);
  std::filesystem::last_write_time(folder / name, before);  // its size and time are as before
  EXPECT_EQ(fault(*backups, name), Errc::file_changed);
  const auto reading = thrown([&] { whole(*file); });
  ASSERT_TRUE(reading) << "who has it open gets no unverified byte either";
  EXPECT_EQ(reading->code(), Errc::file_changed);
  write_file(folder / name, content);
  EXPECT_EQ(fault(*backups, name), std::nullopt);
}

TEST_F(EncryptedStorage, FilesThatAreNotEncryptedAreWhatTheyAre) {
  write_file(folder / "readme.txt", "plain");
  write_file(folder / "noted.txt", "plain");
  write_file(folder / "noted.txt.meta.json", R"({"encryption": {"enabled": false}})");
  write_file(folder / "alone.sql.enc", "no metadata");
  for (const ServedAs as : {ServedAs::decrypted, ServedAs::stored})
    for (const char* name : {"readme.txt", "noted.txt", "alone.sql.enc"}) {
      const auto file = storage()->open(name, as);
      EXPECT_EQ(file->name(), name);
      EXPECT_EQ(whole(*file), read_file(folder / name));
    }
  EXPECT_EQ(fault(*storage(), "missing.sql.enc"), Errc::file_not_found);
  EXPECT_EQ(fault(*storage(), "../readme.txt"), Errc::file_not_found);
}

TEST_F(EncryptedStorage, AsStoredABackupComesWithItsMetadataInAnArchive) {
  const std::string name = "backup.sql.enc";
  const auto file = storage()->open(name, ServedAs::stored);
  EXPECT_EQ(file->name(), "backup.sql.zip");
  const std::string archive = whole(*file);
  EXPECT_EQ(archive.size(), file->version().size);
  EXPECT_EQ(whole(*storage()->open(name, ServedAs::stored)), archive) << "the same each time";
  std::mt19937_64 chance{815};
  for (int part = 0; part < 2000; ++part) {
    const std::uint64_t first = chance() % archive.size(), length = 1 + chance() % (archive.size() - first);
    ASSERT_EQ(bytes_of(*file, first, length), archive.substr(first, length)) << first << " " << length;
  }
  const TemporaryFolder unpacked;
  write_file(unpacked / "a.zip", archive);
  const Finished tested = run({"python3", "-c",
                               "import sys, zipfile\n"
                               "z = zipfile.ZipFile(sys.argv[1])\n"
                               "assert z.testzip() is None\n"
                               "print(*z.namelist())\n"
                               "z.extractall(sys.argv[2])",
                               unpacked / "a.zip", unpacked.path()});
  EXPECT_EQ(tested.out, name + " " + name + ".meta.json\n") << tested.err;
  for (const std::string& entry : {name, name + ".meta.json"})
    EXPECT_TRUE(read_file(unpacked / entry) == dbackup_sample(entry)) << entry;
}

TEST_F(EncryptedStorage, ABackupIsRemovedWithItsMetadataInWhicheverFormItsLinkServed) {
  const auto unwanted = [] { return false; };
  for (const ServedAs as : {ServedAs::decrypted, ServedAs::stored}) {
    write_backup(folder / "old.sql.enc", "old");
    const auto backups = storage();
    const FileVersion version = backups->open("old.sql.enc", as)->version();
    FileVersion other = version;
    ++other.mtime_ns;
    EXPECT_EQ(backups->remove("old.sql.enc", other, unwanted), Storage::Removed::changed);
    EXPECT_EQ(backups->remove("old.sql.enc", version, [] { return true; }), Storage::Removed::wanted);
    EXPECT_TRUE(std::filesystem::exists(folder / "old.sql.enc.meta.json"));
    EXPECT_EQ(backups->remove("old.sql.enc", version, unwanted), Storage::Removed::removed);
    EXPECT_FALSE(std::filesystem::exists(folder / "old.sql.enc"));
    EXPECT_FALSE(std::filesystem::exists(folder / "old.sql.enc.meta.json"));
    EXPECT_EQ(backups->remove("old.sql.enc", version, unwanted), Storage::Removed::gone);
  }
}

TEST(BackupKeys, AProfileWhoseKeyCannotBeHadIsNamed) {
  const auto samples = json::parse(dbackup_sample("profiles.json"));
  const std::string secret = samples.at("profiles").at(0).at("secretKey"), system = samples.at("systemEncryptionKeyHex");
  const struct {
    const char* name;
    ProfileSettings profile;
  } cases[] = {
      {"no key", {}},
      {"too short", {.key = std::string(62, '0')}},
      {"not hexadecimal", {.key = std::string(64, 'g')}},
      {"sealed, without what opens it", {.key = secret}},
      {"sealed by another", {.key = secret, .system_key = other_key}},
      {"sealed and changed", {.key = secret.substr(0, secret.size() - 1) + "0", .system_key = system}},
      {"three parts of nothing", {.key = "::", .system_key = system}},
  };
  for (const auto& c : cases) {
    const auto error = thrown([&] { files::backup_keys({{"p1", c.profile}}); });
    ASSERT_TRUE(error) << c.name;
    EXPECT_EQ(error->code(), Errc::bad_request) << c.name;
    EXPECT_NE(std::string{error->what()}.find("[profile.p1]"), std::string::npos) << c.name;
    const std::string shown = error->what();
    EXPECT_TRUE(c.profile.key.empty() || shown.find(c.profile.key) == std::string::npos) << c.name;
  }
}

}  // namespace
}  // namespace claimcheck
