#include "fcgi/streaming.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <future>

#include "core/error.h"
#include "files/directory.h"
#include "tests/support/process.h"
#include "tests/unit/line.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;

/// A file that has no descriptor, and that may fail.
class MemoryFile : public OpenFile {
 public:
  explicit MemoryFile(std::string bytes, std::uint64_t breaks_at = std::numeric_limits<std::uint64_t>::max())
      : bytes_(std::move(bytes)), breaks_at_(breaks_at) {}

  FileVersion version() const override { return {.size = bytes_.size(), .mtime_ns = 1}; }
  std::string name() const override { return "file"; }
  bool is_ready(std::uint64_t) override { return true; }
  int descriptor() const override { return -1; }

  std::size_t read(std::uint64_t offset, std::span<char> out) override {
    if (offset >= breaks_at_) throw Error{Errc::file_not_found, "the disk is broken"};
    return bytes_.copy(out.data(), out.size(), offset);
  }

 private:
  std::string bytes_;
  std::uint64_t breaks_at_;
};

/// One whose bytes come a few at a time, and only after somebody has asked for them twice.
class LateFile final : public MemoryFile {
 public:
  using MemoryFile::MemoryFile;

  bool is_ready(std::uint64_t offset) override {
    if (offset != asked_for_) asked_ = 0;
    asked_for_ = offset;
    return ++asked_ > 2;
  }
  std::size_t read(std::uint64_t offset, std::span<char> out) override {
    EXPECT_GT(asked_, 2) << "nobody reads what has not come";
    constexpr std::size_t at_once = 1000;
    return MemoryFile::read(offset, out.first(std::min(at_once, out.size())));
  }

 private:
  std::uint64_t asked_for_ = 0;
  int asked_ = 0;
};

std::vector<Piece> whole(std::uint64_t size) {
  return {{.text = {}, .range = {.first = 0, .length = size}}};
}

/// A stream from its beginning to its end, in this thread.
Streamed send(Connection& connection, OpenFile& file, const std::vector<Piece>& pieces, const Pace& pace) {
  Stream stream{connection, file, pieces, pace};
  return run(stream, connection);
}

class Streaming : public testing::Test {
 protected:
  // The worker ignores it too: sendfile() has no flag for that.
  void SetUp() override { previous_ = std::signal(SIGPIPE, SIG_IGN); }
  void TearDown() override { std::signal(SIGPIPE, previous_); }

  std::unique_ptr<OpenFile> file(const std::string& content) {
    write_file(path(), content);
    return storage_->open("file", ServedAs::decrypted);
  }

  std::filesystem::path path() const { return folder_ / "file"; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Storage> storage_ = files::open_directory(folder_.path().string());
  void (*previous_)(int) = SIG_DFL;
};

TEST_F(Streaming, FilesOfAnySizeArriveInWellFormedRecords) {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{8}, std::uint64_t{65527},
                                   std::uint64_t{65528}, std::uint64_t{65529}, mib}) {
    for (const bool has_descriptor : {true, false}) {
      SCOPED_TRACE(testing::Message() << size << (has_descriptor ? " bytes on disk" : " bytes in memory"));
      const std::string content = random_bytes(size);
      const auto source = has_descriptor ? file(content) : std::make_unique<MemoryFile>(content);
      const Line line = Line::socket();
      auto received = reader(line);
      const auto connection = open_fastcgi(line.ours, request_id, patient);
      EXPECT_TRUE(connection->write("Status: 200 OK\r\n\r\n"));
      const Streamed streamed = send(*connection, *source, whole(size), {});
      EXPECT_EQ(streamed.outcome, Outcome::complete);
      EXPECT_EQ(streamed.sent, size);
      finish(*connection, patient);
      const Decoded answer = decoded(received.get());
      EXPECT_TRUE(answer.out == "Status: 200 OK\r\n\r\n" + content);
      EXPECT_TRUE(answer.out_closed);
      EXPECT_TRUE(answer.ended);
    }
  }
}

TEST_F(Streaming, BytesThatComeFromAfarAreWaitedForAndTheWaitIsNotTheClients) {
  const std::string content = random_bytes(300'000);  // 300 times 10 ms: longer than the client may stall
  LateFile source{content};
  const Line line = Line::socket();
  auto received = reader(line);
  const auto connection = open_fastcgi(line.ours, request_id, patient);
  const Streamed streamed = send(*connection, source, whole(content.size()), {.stall_timeout = std::chrono::seconds{1}});
  EXPECT_EQ(streamed.outcome, Outcome::complete);
  finish(*connection, patient);
  EXPECT_TRUE(decoded(received.get()).out == content);
}

TEST_F(Streaming, PiecesGoOutInTheirOrderWithTheTextBetweenThem) {
  const std::string content = random_bytes(200'000);
  const std::vector<Piece> pieces{{.text = "one", .range = {.first = 100'000, .length = 99'999}},
                                  {.text = "two", .range = {.first = 0, .length = 1}},
                                  {.text = "end", .range = {}}};
  const Line line = Line::socket();
  auto received = reader(line);
  const auto connection = open_fastcgi(line.ours, request_id, patient);
  const Streamed streamed = send(*connection, *file(content), pieces, {});
  EXPECT_EQ(streamed.outcome, Outcome::complete);
  EXPECT_EQ(streamed.sent, 100'000U) << "only the file's own bytes count";
  finish(*connection, patient);
  EXPECT_TRUE(decoded(received.get()).out == "one" + content.substr(100'000, 99'999) + "two" + content.substr(0, 1) + "end");
}

TEST_F(Streaming, ASlowReaderGetsEveryByte) {
  const std::string content = random_bytes(300'001);
  const Line line = Line::socket(1);  // the smallest buffer that the kernel grants: the stream waits again and again
  auto received = reader(line, 61);
  const auto connection = open_fastcgi(line.ours, request_id, patient);
  EXPECT_EQ(send(*connection, *file(content), whole(content.size()), {}).outcome, Outcome::complete);
  finish(*connection, patient);
  const Decoded answer = decoded(received.get());
  EXPECT_TRUE(answer.out == content);
  EXPECT_TRUE(answer.ended);
}

TEST_F(Streaming, AReaderThatGoesAwayEndsItWithThePartThatWasTaken) {
  const std::string content = random_bytes(8 * mib);
  for (const bool has_descriptor : {true, false}) {
    SCOPED_TRACE(has_descriptor ? "on disk" : "in memory");
    const auto source = has_descriptor ? file(content) : std::make_unique<MemoryFile>(content);
    const Line line = Line::socket();
    auto received = reader(line, 64 * kib, 500'000);
    const auto connection = open_fastcgi(line.ours, request_id, patient);
    const Streamed streamed = send(*connection, *source, whole(content.size()), {});
    connection->close();
    const std::string out = decoded(received.get()).out;
    EXPECT_EQ(streamed.outcome, Outcome::aborted);
    EXPECT_TRUE(content.starts_with(out));
    EXPECT_GE(streamed.sent + 65528, out.size()) << "all but a record that was under way is counted";
    EXPECT_LE(streamed.sent, out.size() + mib) << "what the socket held, at most";
  }
}

TEST_F(Streaming, AReaderThatTakesNothingIsGivenUpAfterTheStallTimeout) {
  const std::string content = random_bytes(4 * mib);
  const Line line = Line::socket();
  const auto connection = open_fastcgi(line.ours, request_id, std::chrono::seconds{1});
  const auto begun = std::chrono::steady_clock::now();
  const Streamed streamed =
      send(*connection, *file(content), whole(content.size()), {.stall_timeout = std::chrono::seconds{1}});
  const auto elapsed = std::chrono::steady_clock::now() - begun;
  EXPECT_EQ(streamed.outcome, Outcome::aborted);
  EXPECT_GT(streamed.sent, 0U);
  EXPECT_LT(streamed.sent, content.size());
  EXPECT_GE(elapsed, std::chrono::milliseconds{990});
  EXPECT_LT(elapsed, patient);
  EXPECT_FALSE(connection->write("more")) << "text is not waited for any longer either";
  connection->close();
  const Decoded answer = decoded(read_and_close(line.theirs));
  EXPECT_TRUE(content.starts_with(answer.out));
  EXPECT_FALSE(answer.ended);
}

TEST_F(Streaming, AFileCutShortMeanwhileFailsAndTheAnswerHasNoEnd) {
  constexpr std::uint64_t size = mib, left = 400'000;
  const std::string content = random_bytes(size);
  const auto source = file(content);
  const Pace truncating{.tell_every = std::chrono::milliseconds{0}, .tell = [&](std::uint64_t sent, Asking) {
                          if (sent < left) std::filesystem::resize_file(path(), left);
                          return Standing::holds;
                        }};
  const Line line = Line::socket();
  auto received = reader(line);
  const auto connection = open_fastcgi(line.ours, request_id, patient);
  const Streamed streamed = send(*connection, *source, whole(size), truncating);
  connection->close();
  const Decoded answer = decoded(received.get());
  EXPECT_EQ(streamed.outcome, Outcome::failed);
  EXPECT_EQ(streamed.sent, left);
  EXPECT_TRUE(answer.out == content.substr(0, left));
  EXPECT_FALSE(answer.out_closed);
  EXPECT_FALSE(answer.ended);
}

TEST_F(Streaming, AFileThatCannotBeReadFailsAndWhatWasSentStaysSent) {
  const struct {
    const char* name;
    MemoryFile file;
  } cases[] = {
      {"reading throws", MemoryFile{random_bytes(200'000), 65528}},
      {"the file ends early", MemoryFile{random_bytes(65528)}},
  };
  for (auto c : cases) {
    SCOPED_TRACE(c.name);
    const Line line = Line::socket();
    auto received = reader(line);
    const auto connection = open_fastcgi(line.ours, request_id, patient);
    const Streamed streamed = send(*connection, c.file, whole(200'000), {});
    connection->close();
    EXPECT_EQ(streamed.outcome, Outcome::failed);
    EXPECT_EQ(streamed.sent, 65528U);
    EXPECT_FALSE(decoded(received.get()).ended);
  }
}

TEST_F(Streaming, TellsHowFarItIsAndOnlyWhenItIsTimeTo) {
  const std::string content = random_bytes(mib);
  for (const std::chrono::seconds every : {std::chrono::seconds{0}, std::chrono::seconds{3600}}) {
    std::vector<std::uint64_t> told;
    const Pace pace{.tell_every = every, .tell = [&](std::uint64_t sent, Asking asking) {
                      EXPECT_EQ(asking, Asking::in_passing);
                      told.push_back(sent);
                      return Standing::unknown;
                    }};
    const Line line = Line::socket();
    auto received = reader(line);
    const auto connection = open_fastcgi(line.ours, request_id, patient);
    EXPECT_EQ(send(*connection, *file(content), whole(content.size()), pace).outcome, Outcome::complete);
    finish(*connection, patient);
    received.get();
    if (every == std::chrono::seconds{0}) {
      ASSERT_FALSE(told.empty());
      EXPECT_TRUE(std::ranges::is_sorted(told)) << "each one is at least as far as the last";
      EXPECT_EQ(told.back(), content.size());
    } else {
      EXPECT_TRUE(told.empty());
    }
  }
}

TEST_F(Streaming, ADeliveryThatWasGivenUpIsCut) {
  const std::string content = random_bytes(4 * mib);
  const Pace pace{.tell_every = std::chrono::milliseconds{0},
                  .tell = [](std::uint64_t sent, Asking) { return sent < mib ? Standing::holds : Standing::ended; }};
  const Line line = Line::socket();
  auto received = reader(line);
  const auto connection = open_fastcgi(line.ours, request_id, patient);
  const Streamed streamed = send(*connection, *file(content), whole(content.size()), pace);
  connection->close();
  EXPECT_EQ(streamed.outcome, Outcome::interrupted);
  EXPECT_GE(streamed.sent, mib);
  EXPECT_LT(streamed.sent, 2 * mib) << "at the next step";
  EXPECT_FALSE(decoded(received.get()).ended);
}

TEST_F(Streaming, AStreamThatStoodStillAsksBeforeItSendsOn) {
  const struct {
    const char* name;
    Standing answer;
    Outcome expected;
  } cases[] = {{"it still holds", Standing::holds, Outcome::complete},
               {"it was given up", Standing::ended, Outcome::interrupted}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string content = random_bytes(4 * mib);
    const Line line = Line::socket();
    int unknown = 3, asked = 0;
    std::uint64_t sent_when_asked = 0;
    const Pace pace{.stood_still = std::chrono::seconds{1}, .tell = [&](std::uint64_t sent, Asking asking) {
                      if (asking == Asking::in_passing) return Standing::holds;
                      sent_when_asked = sent;
                      ++asked;
                      return unknown-- > 0 ? Standing::unknown : c.answer;
                    }};
    const auto connection = open_fastcgi(line.ours, request_id, patient);
    auto streamed =
        std::async(std::launch::async, [&] { return send(*connection, *file(content), whole(content.size()), pace); });
    EXPECT_EQ(streamed.wait_for(std::chrono::milliseconds{2500}), std::future_status::timeout) << "nobody takes anything";
    auto received = reader(line);
    const Streamed result = streamed.get();
    connection->close();
    received.get();
    EXPECT_EQ(result.outcome, c.expected);
    EXPECT_GE(asked, 4) << "again and again while the store cannot be asked, then once more; again after another pause";
    if (c.expected == Outcome::interrupted) {
      EXPECT_EQ(result.sent, sent_when_asked) << "not a byte more";
    }
  }
}

TEST_F(Streaming, TheTimeThatARateMakesIsNotTheClients) {
  using namespace std::chrono_literals;
  const std::string content = random_bytes(2 * mib);
  const auto source = file(content);
  const Line line = Line::socket(1);
  const auto connection = open_fastcgi(line.ours, request_id, patient);
  // The rate lets out half of what a client is expected to take.
  Stream stream{*connection,
                *source,
                whole(content.size()),
                {.stall_timeout = 3600s, .slowest = 20'000, .rate = std::make_shared<Rate>(10'000, 0)}};
  const auto begun = std::chrono::steady_clock::now();
  auto now = begun;
  std::string buffer(mib, '\0');
  Stream::Turn turn = Stream::Turn::resting;
  for (; turn == Stream::Turn::resting && now < begun + 100s; now = stream.wake()) {
    turn = stream.advance(now);
    while (::recv(line.theirs, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
    }
  }
  EXPECT_EQ(turn, Stream::Turn::resting);
  EXPECT_NEAR(static_cast<double>(stream.result().sent), 1e6, 5e4);
  for (; turn == Stream::Turn::resting; now = stream.wake()) turn = stream.advance(now);
  ASSERT_EQ(turn, Stream::Turn::blocked) << "the client has taken all that it could so far";
  const auto blocked = now;
  for (; turn == Stream::Turn::blocked; now = stream.wake()) turn = stream.advance(now);
  EXPECT_EQ(turn, Stream::Turn::over);
  EXPECT_EQ(stream.result().outcome, Outcome::aborted) << "now it is the client that is slow";
  EXPECT_GE(now - blocked, 50s);
  EXPECT_LE(now - blocked, 70s);
  ::close(line.theirs);
}

TEST_F(Streaming, ACgiAnswerGoesThroughAPipeAsItIs) {
  const std::string content = random_bytes(3 * mib + 1);
  for (const bool has_descriptor : {true, false}) {
    SCOPED_TRACE(has_descriptor ? "on disk" : "in memory");
    const auto source = has_descriptor ? file(content) : std::make_unique<MemoryFile>(content);
    const Line line = Line::pipe();
    auto received = reader(line, 10'000);
    const auto connection = open_cgi(line.ours, patient);
    EXPECT_TRUE(connection->write("head\r\n\r\n"));
    const Streamed streamed = send(*connection, *source, whole(content.size()), {});
    EXPECT_EQ(streamed.outcome, Outcome::complete);
    EXPECT_EQ(streamed.sent, content.size());
    finish(*connection, patient);
    EXPECT_TRUE(received.get() == "head\r\n\r\n" + content);
  }
}

TEST_F(Streaming, AClosedPipeEndsACgiAnswer) {
  const std::string content = random_bytes(4 * mib);
  const Line line = Line::pipe();
  auto received = reader(line, 64 * kib, 300'000);
  const auto connection = open_cgi(line.ours, patient);
  const Streamed streamed = send(*connection, *file(content), whole(content.size()), {});
  connection->close();
  const std::string out = received.get();
  EXPECT_EQ(streamed.outcome, Outcome::aborted);
  EXPECT_TRUE(content.starts_with(out));
  EXPECT_GE(streamed.sent, out.size());
  EXPECT_LE(streamed.sent, out.size() + mib);
}

}  // namespace
}  // namespace claimcheck
