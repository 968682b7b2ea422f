#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

#include "admin/log_reader.h"
#include "admin/log_tail.h"
#include "core/error.h"
#include "tests/support/process.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
using admin::LogInput;
using admin::LogPosition;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

const LogInput::SteadyTime begun{seconds{1000}};

void append(const std::filesystem::path& path, const std::string& text) {
  std::ofstream{path, std::ios::app} << text;
}

/// Reads until nothing is left that could be read at that moment.
Lines read_all(LogInput& input, seconds at = seconds{0}) {
  Lines lines;
  do {
    input.read(begun + at, [&](std::string_view line, std::uint64_t) { lines.emplace_back(line); });
  } while (input.due() == LogInput::SteadyTime::min());
  return lines;
}

TEST(LogReader, GivesWholeLinesAndTheirPlaces) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const auto input = admin::read_descriptor(ends[0]);
  EXPECT_TRUE(input->live());
  std::vector<std::pair<std::string, std::uint64_t>> lines;
  const auto write_and_read = [&](const std::string& text) {
    ASSERT_EQ(::write(ends[1], text.data(), text.size()), std::ssize(text));
    input->read(begun, [&](std::string_view line, std::uint64_t place) { lines.emplace_back(line, place); });
  };
  write_and_read("one\ntw");
  write_and_read("o\n\nfo");
  write_and_read(std::string(10'000, 'u'));
  write_and_read("r\nfive\nsix");
  ::close(ends[1]);
  EXPECT_FALSE(input->ended());
  EXPECT_TRUE(read_all(*input).empty()) << "the last line may be cut";
  EXPECT_TRUE(input->ended());
  ::close(ends[0]);
  const std::vector<std::pair<std::string, std::uint64_t>> expected{
      {"one", 0}, {"two", 4}, {"", 8}, {"fo" + std::string(4094, 'u'), 9}, {"five", 10'013}};
  EXPECT_EQ(lines, expected);
}

class LogTail : public testing::Test {
 protected:
  std::unique_ptr<LogInput> follow(const std::optional<LogPosition>& position = {}) {
    return admin::follow_file(log.string(), position);
  }

  TemporaryFolder folder;
  std::filesystem::path log = folder / "access.log", old = folder / "access.log.1";
};

TEST_F(LogTail, BeginsAtTheBeginningAndGoesOn) {
  write_file(log, "one\ntwo\nthr");
  const auto input = follow();
  EXPECT_FALSE(input->live());
  EXPECT_EQ(read_all(*input), (Lines{"one", "two"}));
  EXPECT_EQ(read_all(*input), Lines{});
  append(log, "ee\nfour\n");
  EXPECT_EQ(read_all(*input), (Lines{"three", "four"}));
  EXPECT_FALSE(input->ended());
  EXPECT_EQ(input->due(), begun + seconds{5}) << "no file system is believed to tell of every change";
}

TEST_F(LogTail, WaitsForAFileThatIsNotThere) {
  const auto input = follow();
  EXPECT_EQ(read_all(*input), Lines{});
  EXPECT_EQ(input->position({}), std::nullopt);
  write_file(log, "one\n");
  EXPECT_EQ(read_all(*input), Lines{"one"});
  EXPECT_EQ(thrown([&] { admin::follow_file((folder / "nosuch/access.log").string(), {}); })->code(), Errc::bad_request);
  EXPECT_EQ(thrown([&] { admin::read_file((folder / "nosuch").string()); })->code(), Errc::bad_request);
}

TEST_F(LogTail, ReadsARotatedFileUntilItsWriterHasTurnedToTheNewOne) {
  write_file(log, "one\n");
  const auto input = follow();
  EXPECT_EQ(read_all(*input), Lines{"one"});
  std::filesystem::rename(log, old);
  append(old, "two\n");
  EXPECT_EQ(read_all(*input), Lines{"two"}) << "no new file yet";
  write_file(log, "");
  EXPECT_EQ(read_all(*input, seconds{1}), Lines{});
  EXPECT_EQ(input->due(), begun + seconds{4});
  append(old, "three\n");
  EXPECT_EQ(read_all(*input, seconds{5}), Lines{"three"}) << "nobody writes to the new one";
  append(log, "five\n");
  append(old, "four\nne");
  EXPECT_EQ(read_all(*input, seconds{9}), (Lines{"four", "five"}));
  append(log, "six\n");
  EXPECT_EQ(read_all(*input, seconds{10}), Lines{"six"});
}

TEST_F(LogTail, BeginsAgainWhereAFileWasCut) {
  write_file(log, "one\ntwo\nthree\n");
  const auto input = follow();
  EXPECT_EQ(read_all(*input), (Lines{"one", "two", "three"}));
  std::filesystem::resize_file(log, 0);
  append(log, "four\n");
  EXPECT_EQ(read_all(*input), Lines{"four"});
  EXPECT_EQ(input->position({})->offset, 5U);
}

TEST_F(LogTail, GoesOnWhereItStopped) {
  write_file(log, "one\ntwo\nthree\nfo");
  std::optional<LogPosition> all, second;
  {
    const auto input = follow();
    read_all(*input);
    all = input->position({});
    second = input->position(4);
    ASSERT_TRUE(all && second);
    EXPECT_EQ(all->offset, 14U);
    EXPECT_EQ(second->offset, 4U);
  }
  append(log, "ur\n");
  EXPECT_EQ(read_all(*follow(all)), Lines{"four"});
  EXPECT_EQ(read_all(*follow(second)), (Lines{"two", "three", "four"}));
  std::filesystem::rename(log, old);
  write_file(log, "five\n");
  const auto input = follow(second);
  EXPECT_EQ(read_all(*input), (Lines{"two", "three", "four"})) << "the file has another name now";
  const auto before = input->position(3);
  EXPECT_EQ(read_all(*input, seconds{4}), Lines{"five"});
  ASSERT_TRUE(before);
  EXPECT_EQ(before->inode, second->inode);
  EXPECT_EQ(input->position(3), std::nullopt) << "a line of the file that was left is not done with";
  EXPECT_EQ(input->position({})->offset, 5U);
  std::filesystem::remove(old);
  EXPECT_EQ(read_all(*follow(second)), Lines{"five"}) << "that file is gone";
  std::filesystem::resize_file(log, 2);
  const auto cut = input->position({});
  EXPECT_EQ(follow(cut)->position({})->offset, 0U) << "it is shorter now";
}

}  // namespace
}  // namespace claimcheck
