#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <algorithm>
#include <random>

#include "tests/support/process.h"
#include "tests/support/zip_archive.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr std::size_t mebibyte = 1024UL * 1024;
constexpr std::size_t largest = 10 * mebibyte;

double seconds_of(const rusage& usage) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string noise(std::size_t length) {
  std::mt19937 random{7};
  std::string text(length, '\0');
  std::ranges::generate(text, [&] { return static_cast<char>(random()); });
  return text;
}

/// What it costs to inflate a mebibyte here and now, in seconds.
double cost_of_a_mebibyte() {
  const std::string packed = deflated(std::string(64 * mebibyte, '\0'));
  std::string out(mebibyte, '\0');
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  z_stream stream{};
  ::inflateInit2(&stream, -15);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  uLong crc = 0;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
  } while (::inflate(&stream, Z_NO_FLUSH) == Z_OK && (crc = ::crc32(crc, reinterpret_cast<Bytef*>(out.data()), mebibyte)) != 1);
  ::inflateEnd(&stream);
  ::getrusage(RUSAGE_SELF, &after);
  return (seconds_of(after) - seconds_of(before)) / 64;
}

MadeArchive many(std::size_t count, std::size_t name_length, std::uint16_t method) {
  MadeArchive archive{.entries = {}};
  for (std::size_t i = 0; i < count; ++i)
    archive.entries.push_back({.name = fmt::format("{:0{}}", i, name_length), .content = "", .method = method});
  return archive;
}

/// Runs the command with 64 MiB of memory to write to and no more.
Finished validate(const fs::path& path) {
  return run({"sh", "-c",
              fmt::format("ulimit -d {} && exec {}/claimcheck validate {}", 64 * 1024, CLAIMCHECK_BIN_DIR, path.string())});
}

/// Archives of at most 10 MiB, each as costly as can be made in its way.
class PackageBounds : public testing::Test {
 protected:
  /// What the command says to a file, within its memory, while its computing time is held against the promise.
  std::string judge(const std::string& name, const fs::path& path) {
    SCOPED_TRACE(name);
    EXPECT_LE(fs::file_size(path), largest);
    rusage before{}, after{};
    ::getrusage(RUSAGE_CHILDREN, &before);
    const Finished finished = validate(path);
    ::getrusage(RUSAGE_CHILDREN, &after);
    const double seconds = seconds_of(after) - seconds_of(before);
    EXPECT_LE(seconds, std::max(2.0, 600 * cost));
    EXPECT_LE(finished.status, 1) << finished.err;
    RecordProperty(name, fmt::format("{:.2f} s", seconds));
    return finished.out;
  }

  std::string judge(const std::string& name, const std::string& content) {
    write_file(folder / "package.zip", content);
    return judge(name, folder / "package.zip");
  }

  TemporaryFolder folder;
  const double cost = cost_of_a_mebibyte();
};

TEST_F(PackageBounds, ABombCostsNoMoreThanItsDirectory) {
  EXPECT_NE(judge("overlapping", fs::path{CLAIMCHECK_SOURCE_DIR} / "tests/data/zip/bombs/zbsm.zip").find("overlapping_entries"),
            std::string::npos);
  EXPECT_NE(judge("ratio", make_zip({.entries = {{.content = std::string(100 * mebibyte, '\0'), .method = 8}}}))
                .find("expands_too_far"),
            std::string::npos);
  const MadeEntry liar{.content = std::string(100 * mebibyte, '\0'), .method = 8, .size = 1000};
  EXPECT_NE(judge("lie", make_zip({.entries = {liar}})).find("corrupt_contents"), std::string::npos);
  MadeArchive quoted = many(60'000, 8, 8);
  for (MadeEntry& entry : quoted.entries) entry.offset = 0;
  EXPECT_NE(judge("one file quoted often", make_zip(quoted)).find("is not valid"), std::string::npos);
}

TEST_F(PackageBounds, TheWorstValidArchivesKeepThem) {
  const std::string filler = noise(9 * mebibyte + mebibyte / 2);
  const MadeEntry rest{.name = "noise", .content = filler};
  EXPECT_NE(judge("as far as it may expand",
                  make_zip({.entries = {rest, {.content = std::string(245 * mebibyte, '\0'), .method = 8}}}))
                .find("is valid"),
            std::string::npos);
  EXPECT_NE(judge("as many entries as there may be", make_zip(many(65'535, 30, 8))).find("is valid"), std::string::npos);
  MadeArchive shuffled = many(65'535, 30, 0);
  std::string text = make_zip(shuffled);
  EXPECT_NE(judge("stored", text).find("is valid"), std::string::npos);
  const std::size_t begin = text.find("PK\1\2"), length = 46 + 30;
  std::vector<std::string> records;
  for (std::size_t i = 0; i < shuffled.entries.size(); ++i) records.push_back(text.substr(begin + i * length, length));
  std::ranges::shuffle(records, std::mt19937{7});
  for (std::size_t i = 0; i < records.size(); ++i) text.replace(begin + i * length, length, records[i]);
  EXPECT_NE(judge("read here and there", text).find("is valid"), std::string::npos);
  EXPECT_NE(judge("long names", make_zip(many(80, 60'000, 0))).find("is valid"), std::string::npos);
}

TEST_F(PackageBounds, NamesThatFallTogetherInATableKeepThem) {
  MadeArchive colliding{.entries = {}};
  for (unsigned i = 0; i < 65'535; ++i) {
    std::string name;
    for (unsigned bit = 0; bit < 16; ++bit) name += ((i >> bit) & 1U) != 0 ? "Ez" : "FY";
    colliding.entries.push_back({.name = std::move(name), .content = ""});
  }
  EXPECT_NE(judge("colliding", make_zip(colliding)).find("too_many_entries"), std::string::npos);
}

TEST_F(PackageBounds, ALargeFileIsReadInTheSameMemory) {
  const fs::path path = folder / "large.zip";
  write_file(path, make_zip({.entries = {{.content = std::string(100 * mebibyte, 'x')}}}));
  EXPECT_EQ(validate(path).status, 0);
}

}  // namespace
}  // namespace claimcheck
