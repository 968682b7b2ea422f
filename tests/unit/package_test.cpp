#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/zip_archive.h"
#include "tests/unit/package_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

TEST(PackageSize, BothEndsAreWholeBytesAsPhpCastsThem) {
  for (std::uint64_t expected = 1; expected <= 20'000; ++expected) {
    const auto least = static_cast<std::uint64_t>(static_cast<double>(expected) * 0.95);
    const auto most = static_cast<std::uint64_t>(static_cast<double>(expected) * 1.05);
    ASSERT_FALSE(size_fault(expected, least, "p")) << expected;
    ASSERT_FALSE(size_fault(expected, most, "p")) << expected;
    ASSERT_TRUE(size_fault(expected, most + 1, "p")) << expected;
    ASSERT_TRUE(least == 0 || size_fault(expected, least - 1, "p")) << expected;
  }
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(size_fault(largest, largest, "p"));
  EXPECT_TRUE(size_fault(largest, largest / 100 * 94, "p"));
}

TEST(PackageSize, IsToldAsWordPressTellsIt) {
  const auto vectors =
      nlohmann::json::parse(std::ifstream{CLAIMCHECK_SOURCE_DIR "/tests/data/wordpress/size_format.json"}).at("cases");
  int whole = 0;
  for (const auto& each : vectors) {
    if (each.at("decimals") != 0 || each.at("text").is_null()) continue;  // the contract asks for none
    ++whole;
    EXPECT_EQ(size_format(each.at("bytes").get<std::uint64_t>()), each.at("text").get<std::string>());
  }
  EXPECT_GE(whole, 12);
}

TEST(Package, TheDigestIsComparedWhateverItsCase) {
  const std::string right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  PackageExpectation expected{.format = PackageExpectation::Format::any, .sha256 = right};
  EXPECT_FALSE(judge("abc", expected));
  for (char& c : expected.sha256) c = static_cast<char>(std::toupper(c));
  EXPECT_FALSE(judge("abc", expected));
  const auto fault = judge("abd", expected);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, "checksum_mismatch");
  EXPECT_EQ(datum(*fault, "expected_sha256"), right);
}

TEST(Package, WhatNoFileCanMeetIsRefusedAtOnce) {
  const PackageExpectation impossible[] = {
      {.size = 0}, {.size = std::uint64_t{1} << 63U}, {.sha256 = "abc"}, {.sha256 = std::string(64, 'g')}};
  for (const PackageExpectation& expected : impossible) EXPECT_EQ(thrown([&] { check(expected); })->code(), Errc::bad_request);
  check({.size = 1, .sha256 = std::string(64, 'F')});
}

TEST(Package, TheWorkIsToldUntilAllIsDone) {
  TextFile file{make_zip({.entries = {{.content = std::string(3'000'000, 'x'), .method = 8}}})};
  std::uint64_t last = 0, planned = 0;
  int calls = 0;
  const auto tell = [&](std::uint64_t done, std::uint64_t whole) {
    EXPECT_GT(done, last);
    EXPECT_LE(done, whole);
    last = done, planned = whole, ++calls;
  };
  EXPECT_FALSE(files::inspect_package(file, "p", {}, tell));
  EXPECT_EQ(last, 3'000'000U);
  EXPECT_EQ(planned, last);
  EXPECT_GT(calls, 10);
}

/// Fails from some byte on, as a disk does.
class FailingFile final : public OpenFile {
 public:
  explicit FailingFile(std::string text, std::uint64_t good) : file_(std::move(text)), good_(good) {}
  FileVersion version() const override { return file_.version(); }
  std::string name() const override { return "package.zip"; }
  bool is_ready(std::uint64_t) override { return true; }
  int descriptor() const override { return -1; }
  std::size_t read(std::uint64_t offset, std::span<char> out) override {
    if (offset + out.size() > good_) throw Error{Errc::file_not_found, "a bad sector"};
    return file_.read(offset, out);
  }

 private:
  TextFile file_;
  std::uint64_t good_;
};

TEST(Package, AFileThatCannotBeReadToItsEndIsNotReadable) {
  const std::string text = make_zip({.entries = {{.content = std::string(200'000, 'x')}}});
  for (const std::uint64_t good : {std::uint64_t{0}, text.size() / 2, text.size() - 1}) {
    FailingFile file{text, good};
    const auto fault = files::inspect_package(file, "p", {.sha256 = std::string(64, '0')}, {});
    ASSERT_TRUE(fault.has_value());
    EXPECT_EQ(fault->code, "file_not_readable");
  }
}

}  // namespace
}  // namespace claimcheck
