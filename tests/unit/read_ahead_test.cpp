#include "files/bucket/read_ahead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <string>

#include "tests/support/noise.h"
#include "tests/support/process.h"

namespace claimcheck::files {
namespace {

using namespace std::chrono_literals;

/// What a source does next; shared with it, since it lives in the thread of a ReadAhead.
struct Script {
  std::string content;
  std::function<void(std::uint64_t offset)> at_begin = [](std::uint64_t) {};
  /// How many of `wanted` bytes come at `offset`.
  std::function<std::size_t(std::uint64_t offset, std::size_t wanted)> at_read = [](std::uint64_t, std::size_t wanted) {
    return wanted;
  };
  std::atomic<int> begun = 0;
  std::atomic<std::uint64_t> given = 0;
  std::atomic<bool> interrupted = false;
};

class ScriptedSource final : public ByteSource {
 public:
  explicit ScriptedSource(Script& script) : script_(script) {}

  void begin(std::uint64_t offset) override {
    ++script_.begun;
    script_.at_begin(offset);
    offset_ = offset;
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t count = script_.at_read(offset_, out.size());
    script_.content.copy(out.data(), count, offset_);
    offset_ += count;
    script_.given += count;
    return count;
  }
  void interrupt() override { script_.interrupted = true; }

 private:
  Script& script_;
  std::uint64_t offset_ = 0;
};

constexpr Patience no_pause{.first_pause = 0ms};

ReadAhead reading(Script& script, Patience patience = no_pause) {
  return ReadAhead{std::make_unique<ScriptedSource>(script), script.content.size(), patience};
}

std::string read_from(ReadAhead& file, std::uint64_t offset, std::size_t at_once = 60'000) {
  std::string text, piece(at_once, '\0');
  for (;;) {
    const std::size_t count = file.read(offset + text.size(), piece);
    if (count == 0) return text;
    text.append(piece, 0, count);
  }
}

TEST(ReadAhead, GivesEveryByteInWhateverPieces) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65'536}, ReadAhead::capacity - 1,
                                 ReadAhead::capacity, ReadAhead::capacity + 1, 3 * ReadAhead::capacity + 12'345})
    for (const std::size_t at_once : {std::size_t{7'777}, std::size_t{65'528}, 2 * ReadAhead::capacity}) {
      Script script{.content = test::noise(size)};
      script.at_read = [](std::uint64_t offset, std::size_t wanted) {
        return std::min<std::size_t>(wanted, 1 + offset % 30'011);
      };
      ReadAhead file = reading(script);
      EXPECT_TRUE(read_from(file, 0, at_once) == script.content) << size << " by " << at_once;
    }
}

TEST(ReadAhead, FetchesNothingBeforeItIsAskedAndNoMoreThanItHolds) {
  Script script{.content = test::noise(4 * ReadAhead::capacity)};
  {
    ReadAhead file = reading(script);
    EXPECT_EQ(script.begun, 0);
    EXPECT_FALSE(file.is_ready(0));
    test::wait_until("it is full", [&] { return script.given == ReadAhead::capacity; });
    EXPECT_TRUE(file.is_ready(0));
    std::string piece(1000, '\0');
    EXPECT_EQ(file.read(0, piece), 1000U);
    test::wait_until("it is full again", [&] { return script.given == ReadAhead::capacity + 1000; });
    EXPECT_EQ(script.begun, 1);
  }
  EXPECT_EQ(script.given, ReadAhead::capacity + 1000);
}

TEST(ReadAhead, GoesWhereItIsAsked) {
  Script script{.content = test::noise(5 * ReadAhead::capacity)};
  ReadAhead file = reading(script);
  for (const std::uint64_t offset : {std::uint64_t{4'000'000}, std::uint64_t{17}, std::uint64_t{2'500'000}, std::uint64_t{0}})
    EXPECT_TRUE(read_from(file, offset) == script.content.substr(offset)) << offset;
  EXPECT_TRUE(file.is_ready(script.content.size()));
  EXPECT_TRUE(file.is_ready(script.content.size() + 1));
}

TEST(ReadAhead, GoesOnWhereASourceBroke) {
  Script script{.content = test::noise(6 * ReadAhead::capacity)};
  // It ends early, or fails, after a bit more than a buffer each time.
  script.at_read = [&](std::uint64_t offset, std::size_t wanted) -> std::size_t {
    if (script.begun % 2 == 1 && offset >= static_cast<std::uint64_t>(script.begun) * 1'200'000) return 0;
    if (script.begun % 2 == 0 && offset >= static_cast<std::uint64_t>(script.begun) * 1'200'000)
      throw Error{Errc::unavailable, "broken"};
    return wanted;
  };
  ReadAhead file = reading(script);
  EXPECT_TRUE(read_from(file, 0) == script.content);
  EXPECT_EQ(script.begun, 6);
}

TEST(ReadAhead, GivesUpAfterAFewTriesAndSaysWhy) {
  Script script{.content = test::noise(1000)};
  script.at_read = [](std::uint64_t offset, std::size_t) -> std::size_t {
    if (offset >= 500) throw Error{Errc::unavailable, "broken"};
    return 500;
  };
  ReadAhead file = reading(script);
  std::string piece(2000, '\0');
  EXPECT_EQ(file.read(0, piece), 500U) << "what came before is given";
  try {
    file.read(500, piece);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::unavailable);
    EXPECT_STREQ(error.what(), "broken");
  }
  EXPECT_EQ(script.begun, no_pause.tries);
  EXPECT_TRUE(file.is_ready(500)) << "nobody is to wait any longer";
}

TEST(ReadAhead, DoesNotTryAgainWhatWouldNotHelp) {
  Script script{.content = test::noise(1000)};
  script.at_begin = [](std::uint64_t) { throw Error{Errc::file_changed, "another"}; };
  ReadAhead file = reading(script);
  std::string piece(10, '\0');
  EXPECT_THROW(file.read(0, piece), Error);
  EXPECT_EQ(script.begun, 1);
}

TEST(ReadAhead, DoesNotBearWithASourceThatIsTooSlow) {
  Script script{.content = test::noise(100'000)};
  script.at_read = [](std::uint64_t, std::size_t) { return std::size_t{1}; };
  ReadAhead file = reading(script, {.tries = 2, .first_pause = 0ms, .slowest_over = 0s, .slowest = 2});
  std::string piece(10, '\0');
  EXPECT_THROW(file.read(0, piece), Error);
}

TEST(ReadAhead, InterruptsItsSourceAtItsEnd) {
  Script script{.content = test::noise(1000)};
  std::atomic<bool> waits = false;
  script.at_read = [&](std::uint64_t, std::size_t) -> std::size_t {
    waits = true;
    test::wait_until("it is interrupted", [&] { return script.interrupted.load(); });
    throw Error{Errc::unavailable, "interrupted"};
  };
  {
    ReadAhead file = reading(script, {.first_pause = 1h});
    EXPECT_FALSE(file.is_ready(0));
    test::wait_until("it waits for bytes", [&] { return waits.load(); });
  }
  EXPECT_TRUE(script.interrupted);
  EXPECT_EQ(script.begun, 1);
}

}  // namespace
}  // namespace claimcheck::files
