#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/secret.h"
#include "tests/support/process.h"
#include "tests/unit/package_fixture.h"

namespace claimcheck {
namespace {

using namespace test;
using nlohmann::json;

const std::filesystem::path folder = CLAIMCHECK_SOURCE_DIR "/tests/data/zip";

/// What docs/validation.md refuses although every libzip takes it, and why. Whatever is not named here follows from the facts
/// in expected.json: refused if any libzip refuses it when it checks consistency, else valid.
const std::map<std::string, std::string> refused_by_our_rules{
    {"bombs/zbsm.zip", "overlapping_entries"},
    {"bombs/zip-slip-win.zip", "unsafe_name"},
    {"bombs/zip-slip.zip", "unsafe_name"},
    {"safearchive/archive.zip", "unsafe_name"},
    {"libzip/incons-filename-nul-byte.zip", "unsafe_name"},
    {"libzip/test-cp437-comment-utf-8.zip", "unsafe_name"},
    {"libzip/test-cp437.zip", "unsafe_name"},
    {"go/symlink.zip", "symbolic_link"},
    {"safearchive/symlinks3.zip", "symbolic_link"},
    {"libzip/gap-delete.zip", "bad_crc"},
    {"libzip/gap-replace.zip", "bad_crc"},
    {"libzip/gap.zip", "bad_crc"},
    {"yauzl/failure/invalid code lengths set.zip", "corrupt_contents"},
    {"yauzl/failure/too many length or distance symbols.zip", "corrupt_contents"},
    {"libzip/incons-ef-local-dupe-zip64-v2.zip", "headers_disagree"},
    {"libzip/incons-trailing-garbage.zip", "headers_disagree"},
    {"libzip/incons-gap-before-eocd.zip", "inconsistent"},
    {"libzip/zip-in-archive-comment.zip", "ambiguous_end"},
    {"libzip/encrypt-aes128-noentropy.zip", "encrypted"},
    {"libzip/encrypt-aes128.zip", "encrypted"},
    {"libzip/encrypt-aes192.zip", "encrypted"},
    {"libzip/encrypt-aes256-noentropy.zip", "encrypted"},
    {"libzip/encrypt-pkware-noentropy-2.zip", "encrypted"},
    {"libzip/encrypt-pkware-noentropy.zip", "encrypted"},
    {"libzip/encrypt.zip", "encrypted"},
    {"libzip/encrypt_plus_extra_modified_c.zip", "encrypted"},
    {"libzip/encrypt_plus_extra_modified_l.zip", "encrypted"},
    {"libzip/hmac-error.zip", "encrypted"},
    {"yauzl/failure/strong encryption is not supported.zip", "encrypted"},
    {"yauzl/success/traditional-encryption-and-compression_deprecated.zip", "encrypted"},
    {"libzip/testbzip2.zip", "unsupported_method"},
    {"libzip/testbzip2broken.zip", "unsupported_method"},
    {"libzip/testfile-xz.zip", "unsupported_method"},
    {"yauzl/success/bogus-compression-method.zip", "unsupported_method"},
};

bool every_libzip_takes(const json& facts) {
  return facts.at("libzip_1_7_3").at("cons").get<std::string>().starts_with("ok") &&
         facts.at("libzip_1_11_4").at("cons").get<std::string>().starts_with("ok");
}

class ZipCorpus : public testing::Test {
 protected:
  const json facts = json::parse(std::ifstream{folder / "expected.json"}).at("files");
};

TEST_F(ZipCorpus, EveryVerdictFollowsFromTheRules) {
  std::size_t named = 0, valid = 0;
  for (const json& each : facts) {
    const std::string name = each.at("file");
    SCOPED_TRACE(name);
    const std::string text = read_file(folder / name);
    ASSERT_EQ(Digest::of(text).hex(), each.at("sha256"));
    const auto fault = judge(text);
    const std::string verdict = verdict_on(fault);
    if (verdict == "valid") ++valid;
    if (!every_libzip_takes(each)) {
      EXPECT_FALSE(refused_by_our_rules.contains(name));
      ASSERT_TRUE(fault.has_value());
      EXPECT_TRUE(fault->code == "invalid_zip_format" || verdict == "unsafe_name") << fault->code;
    } else if (const auto ours = refused_by_our_rules.find(name); ours != refused_by_our_rules.end()) {
      ++named;
      EXPECT_EQ(verdict, ours->second);
    } else {
      EXPECT_EQ(verdict, "valid");
    }
  }
  EXPECT_EQ(named, refused_by_our_rules.size());
  EXPECT_GT(valid, 50U);
}

TEST_F(ZipCorpus, NoFileIsWithoutFacts) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().parent_path() != folder) ++files;
  EXPECT_EQ(files, facts.size());
}

TEST_F(ZipCorpus, WhatOtherReadersFindCorruptIsNeverValid) {
  for (const json& each : facts) {
    const int status = each.at("infozip_unzip_6_0_rc");
    if (status < 2) continue;  // 0: ok, 1: warnings
    EXPECT_NE(verdict_on(judge(read_file(folder / each.at("file")))), "valid") << each.at("file");
  }
}

TEST_F(ZipCorpus, AnArchiveOfManyEntriesOfWhichOneIsSoughtIsFound) {
  const std::string text = read_file(folder / "safearchive/winshort.zip");
  EXPECT_EQ(verdict_on(judge(text, {.contains = "Androi~2"})), "valid");
  EXPECT_EQ(verdict_on(judge(text, {.contains = "nosuch.php"})), "invalid_plugin_structure");
}

}  // namespace
}  // namespace claimcheck
