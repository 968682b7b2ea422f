#include <gtest/gtest.h>

#include "files/package/zip_directory.h"
#include "files/package/zip_structure.h"
#include "tests/support/zip_archive.h"
#include "tests/unit/package_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

const std::string zeros(1'000'000, '\0');

/// Two entries, of which the second is `entry`.
MadeArchive beside(MadeEntry entry) {
  return {.entries = {MadeEntry{.name = "plugin/readme.txt", .content = "read me"}, std::move(entry)}};
}

/// Archives whose directory says something else than what there is.
TEST(ZipRules, AnArchiveIsReadStrictly) {
  const struct {
    const char* name;
    MadeArchive archive;
    const char* verdict;
  } cases[] = {
      {"one stored file", {}, "valid"},
      {"one deflated file", {.entries = {{.content = zeros, .method = 8}}}, "valid"},
      {"an empty file and a folder", {.entries = {{.name = "a/", .content = ""}, {.name = "a/b", .content = ""}}}, "valid"},
      {"a comment", {.comment = "made by a test"}, "valid"},
      {"no entries", {.entries = {}}, "empty_zip_archive"},
      {"no entries and a comment", {.entries = {}, .comment = "empty"}, "empty_zip_archive"},
      {"ZIP64 records", {.zip64_count = 1}, "valid"},
      {"ZIP64 records that say another count", {.zip64_count = 2}, "inconsistent"},
      {"more entries than there are", {.count = 2}, "inconsistent"},
      {"fewer entries than there are", {.entries = {{.name = "a"}, {.name = "b"}}, .count = 1}, "inconsistent"},
      {"a comment longer than the file", {.comment = "x", .comment_length = 2}, "inconsistent"},
      {"bytes behind the comment", {.comment = "xy", .comment_length = 1}, "inconsistent"},
      {"an archive within the comment", {.comment = make_zip({})}, "ambiguous_end"},
      {"something between directory and end", {.before_end = "gap"}, "inconsistent"},
      {"another disk", {.disk = 1}, "several_disks"},
      {"an entry on another disk", beside({.disk = 1}), "several_disks"},
      {"a program in front, offsets right", {.prefix = "MZ a program"}, "foreign_start"},
      {"a data descriptor", beside({.method = 8, .descriptor = Descriptor::plain}), "valid"},
      {"a data descriptor with its signature", beside({.method = 8, .descriptor = Descriptor::with_signature}), "valid"},
      {"a data descriptor of 64 bits", beside({.method = 8, .descriptor = Descriptor::zip64}), "valid"},
      {"no local header there", {.entries = {{.offset = 3}}}, "headers_disagree"},
      {"a local header behind the end", beside({.offset = 5000}), "outside_file"},
      {"a local header at the largest offset", beside({.offset = 0xfffffffe}), "outside_file"},
      {"an offset that should be in an extra field", beside({.offset = 0xffffffff}), "inconsistent"},
      {"the first entry's local header again", beside({.offset = 0}), "overlapping_entries"},
      {"data beyond the end", beside({.size = 4000, .compressed = 4000}), "outside_file"},
      {"data that reaches into the directory", beside({.size = 60, .compressed = 60}), "overlapping_entries"},
      {"another name in front of the data", beside({.local_name = "plugin/main.txt"}), "headers_disagree"},
      {"another method in front of the data", beside({.method = 8, .local_method = 0}), "headers_disagree"},
      {"stored, with two sizes", beside({.size = 19}), "headers_disagree"},
      {"a flag for a descriptor that is not there", beside({.flags = 8}), "headers_disagree"},
      {"two ZIP64 fields", beside({.extra = u16(1) + u16(0) + u16(1) + u16(0)}), "inconsistent"},
      {"an extra field that is too short", beside({.extra = u16(9) + u16(9) + "x"}), "inconsistent"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(verdict_on(judge(make_zip(c.archive))), c.verdict);
  }
}

TEST(ZipRules, NamesStayWithinTheFolder) {
  const struct {
    const char* verdict;
    std::string name;
  } cases[] = {
      {"valid", "plugin/a b (1).txt"},
      {"valid", "./plugin/x"},
      {"valid", "plugin/..x"},
      {"valid", "plugin/...."},
      {"valid", "plugin/\xc3\xbc.txt"},
      {"valid", "ab:c"},
      {"unsafe_name", "../x"},
      {"unsafe_name", "plugin/../../x"},
      {"unsafe_name", "plugin/.."},
      {"unsafe_name", ".."},
      {"unsafe_name", "/etc/passwd"},
      {"unsafe_name", "//server/share"},
      {"unsafe_name", "C:/x"},
      {"unsafe_name", "c:x"},
      {"unsafe_name", "..\\x"},
      {"unsafe_name", "plugin\\x"},
      {"unsafe_name", "\\\\server\\share"},
      {"unsafe_name", std::string{"plugin/x.php\0.txt", 17}},
      {"unsafe_name", "plugin/x\n"},
      {"unsafe_name", "plugin/\x7f"},
      {"unsafe_name", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(verdict_on(judge(make_zip(beside({.name = c.name})))), c.verdict);
  }
}

TEST(ZipRules, ANameThatOnlySomeReadersSeeIsLookedAtToo) {
  const auto unicode_path = [](const std::string& crc_of, const std::string& name) {
    const std::string content = "\1" + make_zip({.entries = {{.content = crc_of}}}).substr(14, 4) + name;
    return u16(0x7075) + u16(content.size()) + content;
  };
  const auto verdict = [&](const std::string& extra) {
    return verdict_on(judge(make_zip(beside({.name = "innocent", .extra = extra, .local_extra = extra}))));
  };
  EXPECT_EQ(verdict(unicode_path("innocent", "good.txt")), "valid");
  EXPECT_EQ(verdict(unicode_path("innocent", "../evil.php")), "unsafe_name");
  EXPECT_EQ(verdict(unicode_path("innocent", "plugin/readme.txt")), "duplicate_name");
}

TEST(ZipRules, EveryNameIsThereOnce) {
  const struct {
    const char* verdict;
    const char *first, *second;
  } cases[] = {{"duplicate_name", "plugin/x", "plugin/x"},  {"duplicate_name", "plugin/x", "plugin/./x"},
               {"duplicate_name", "plugin/x", "plugin//x"}, {"duplicate_name", "plugin/x", "./plugin/x"},
               {"duplicate_name", "plugin/x", "plugin/x/"}, {"valid", "plugin/x", "plugin/X"},
               {"valid", "plugin/x", "plugin/x.txt"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.second);
    EXPECT_EQ(verdict_on(judge(make_zip({.entries = {{.name = c.first, .content = ""}, {.name = c.second, .content = ""}}}))),
              c.verdict);
  }
}

TEST(ZipRules, EntriesAreFilesThatEverybodyCanRead) {
  const struct {
    const char* name;
    MadeEntry entry;
    const char* verdict;
  } cases[] = {
      {"a file", {.mode = 0100644}, "valid"},
      {"a program of root's", {.mode = 0104755}, "valid"},
      {"a folder", {.name = "plugin/sub/", .content = "", .mode = 040755}, "valid"},
      {"what came through a pipe", {.mode = 010600}, "valid"},
      {"a symbolic link", {.content = "/etc/passwd", .mode = 0120777}, "symbolic_link"},
      {"encrypted", {.flags = 1}, "encrypted"},
      {"strongly encrypted", {.flags = 64}, "encrypted"},
      {"with a masked header", {.flags = 1 << 13}, "encrypted"},
      {"deflate64", {.method = 9}, "unsupported_method"},
      {"bzip2", {.method = 12}, "unsupported_method"},
      {"LZMA", {.method = 14}, "unsupported_method"},
      {"zstd", {.method = 93}, "unsupported_method"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(verdict_on(judge(make_zip(beside(c.entry)))), c.verdict);
  }
}

TEST(ZipRules, EveryByteOfEveryEntryIsRead) {
  const MadeEntry good{.content = zeros, .method = 8};
  MadeEntry short_stream = good, long_stream = good, bad_crc = good, bad_stored_crc{.crc = 7}, garbage{.method = 8};
  short_stream.size = 1'000'001;
  long_stream.size = 999'999;
  bad_crc.crc = 7;
  EXPECT_EQ(verdict_on(judge(make_zip(beside(good)))), "valid");
  EXPECT_EQ(verdict_on(judge(make_zip(beside(bad_crc)))), "bad_crc");
  EXPECT_EQ(verdict_on(judge(make_zip(beside(bad_stored_crc)))), "bad_crc");
  EXPECT_NE(verdict_on(judge(make_zip(beside(short_stream)))), "valid");
  EXPECT_NE(verdict_on(judge(make_zip(beside(long_stream)))), "valid");
  std::string broken = make_zip(beside(garbage));
  broken.replace(broken.find(deflated(garbage.content)), 3, "\xff\xff\xff");
  EXPECT_EQ(verdict_on(judge(broken)), "corrupt_contents");
}

TEST(ZipRules, AnArchiveMayNotExpandTooFar) {
  const std::string within(files::most_expanded(0) / 2, '\0');
  const MadeEntry half{.name = "a", .content = within, .method = 8};
  MadeEntry other = half, much = half;
  other.name = "b";
  EXPECT_EQ(verdict_on(judge(make_zip({.entries = {half, other}}))), "valid");
  much.name = "c", much.content += std::string(20'000'000, '\0');
  EXPECT_EQ(verdict_on(judge(make_zip({.entries = {half, other, much}}))), "expands_too_far");
  EXPECT_EQ(verdict_on(judge(make_zip(beside({.method = 8, .size = 0xfffffffe, .compressed = 5})))), "expands_too_far");
}

TEST(ZipRules, NobodyIsKeptWaitingByManyEntries) {
  MadeArchive many{.entries = {}, .zip64_count = files::zip_limits::entries + 1};
  for (std::size_t i = 0; i <= files::zip_limits::entries; ++i)
    many.entries.push_back({.name = std::to_string(i), .content = ""});
  many.count = 0xffff;
  EXPECT_EQ(verdict_on(judge(make_zip(many))), "too_many_entries");
  many.entries.pop_back();
  many.zip64_count = std::nullopt;
  EXPECT_EQ(verdict_on(judge(make_zip(many))), "valid");
  MadeArchive colliding{.entries = {}};  // "Ez" and "FY" weigh the same in a hash of base 33
  for (unsigned i = 0; i < 2000; ++i) {
    std::string name;
    for (unsigned bit = 0; bit < 11; ++bit) name += ((i >> bit) & 1U) != 0 ? "Ez" : "FY";
    colliding.entries.push_back({.name = name, .content = ""});
  }
  EXPECT_EQ(verdict_on(judge(make_zip(colliding))), "too_many_entries");
}

TEST(ZipRules, EveryTruncationIsNoticed) {
  const std::string whole = make_zip({.entries = {{.name = "a", .method = 8}, {.name = "b"}}, .comment = "end"});
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(verdict_on(judge(whole.substr(0, length))), "valid") << length;
  EXPECT_NE(verdict_on(judge(whole + "x")), "valid");
}

TEST(ZipRules, AFlippedBitIsNoticedUnlessItIsInWhatNobodyChecks) {
  const std::string whole = make_zip({.entries = {{.name = "a", .method = 8}, {.name = "b", .descriptor = Descriptor::plain}}});
  const std::size_t content = whole.find("<?php"), end = content + MadeEntry{}.content.size();
  std::size_t unnoticed = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const std::string verdict = verdict_on(judge(flipped));
    if (verdict == "valid") ++unnoticed;
    const bool in_content = bit / 8 >= content && bit / 8 < end;
    EXPECT_TRUE(!in_content || verdict == "bad_crc") << bit;
  }
  // Versions, attributes, some flags: of two entries, in four headers.
  EXPECT_LT(unnoticed, 4U * 160);
}

}  // namespace
}  // namespace claimcheck
