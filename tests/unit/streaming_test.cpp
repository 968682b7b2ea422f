#include "fcgi/streaming.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <future>

#include "files/directory.h"
#include "tests/support/process.h"

namespace claimcheck::fcgi {
namespace {

using namespace std::chrono_literals;

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

/// Reads until the other end closes, or until `limit` bytes are there.
std::string read_all(int fd, std::size_t limit = ~std::size_t{0}) {
  std::string bytes;
  std::array<char, 65536> buffer{};
  while (bytes.size() < limit) {
    const ssize_t count = ::read(fd, buffer.data(), std::min(buffer.size(), limit - bytes.size()));
    if (count <= 0) break;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return bytes;
}

/// What a front end makes of FastCGI records.
struct Decoded {
  std::string out;
  bool ended = false;
};

Decoded decode(const std::string& bytes) {
  Decoded decoded;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    EXPECT_EQ(byte(at), 1);
    const std::size_t length = byte(at + 4) * 256U + byte(at + 5);
    if (byte(at + 1) == 6) decoded.out += bytes.substr(at + 8, length);
    decoded.ended = decoded.ended || byte(at + 1) == 3;
    at += 8 + length + byte(at + 6);
  }
  return decoded;
}

class Streaming : public testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
  void SetUp() override { ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0); }
  void TearDown() override { close_front(); }

  void close_front() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }

  std::unique_ptr<OpenFile> file(const std::string& content) {
    test::write_file(folder / "file", content);
    return storage->open("file");
  }

  std::unique_ptr<Connection> connection() { return open_fastcgi(ends[1], 1, pace.stall_timeout); }

  std::array<int, 2> ends{-1, -1};  ///< the front end's and the worker's
  test::TemporaryFolder folder;
  std::unique_ptr<Storage> storage = files::open_directory(folder.path());
  Pace pace{.stall_timeout = 1s, .checkpoint_every = 1s, .shutdown = nullptr, .checkpoint = {}};
};

TEST_F(Streaming, EverySizeArrivesAsItIs) {
  for (const std::size_t size : {0U, 1U, 7U, 65527U, 65528U, 65529U, 1U << 20U}) {
    SCOPED_TRACE(size);
    SetUp();
    const std::string content = pattern(size);
    const auto open = file(content);
    auto front = std::async(std::launch::async, [&] { return decode(read_all(ends[0])); });
    const auto worker = connection();
    EXPECT_TRUE(worker->write("head"));
    const Streamed streamed = stream(*worker, *open, {{.text = "before", .range = {0, size}}, {.text = "after"}}, pace);
    worker->finish();
    const Decoded decoded = front.get();
    EXPECT_EQ(streamed.outcome, Outcome::complete);
    EXPECT_EQ(streamed.sent, size);
    EXPECT_EQ(decoded.out, "headbefore" + content + "after");
    EXPECT_TRUE(decoded.ended);
    close_front();
  }
}

TEST_F(Streaming, RangesAreSentInTheOrderAskedFor) {
  const std::string content = pattern(300'000);
  const auto open = file(content);
  auto front = std::async(std::launch::async, [&] { return decode(read_all(ends[0])).out; });
  const auto worker = connection();
  stream(*worker, *open, {{.text = "a", .range = {200'000, 100'000}}, {.text = "b", .range = {5, 10}}}, pace);
  worker->finish();
  EXPECT_EQ(front.get(), "a" + content.substr(200'000) + "b" + content.substr(5, 10));
}

TEST_F(Streaming, AClientThatGoesAwayIsAbortedWithWhatItTook) {
  const auto open = file(pattern(20 << 20));
  auto front = std::async(std::launch::async, [&] {
    read_all(ends[0], 3 << 20);
    close_front();
  });
  const auto worker = connection();
  const Streamed streamed = stream(*worker, *open, {{.text = {}, .range = {0, 20 << 20}}}, pace);
  front.get();
  EXPECT_EQ(streamed.outcome, Outcome::aborted);
  EXPECT_GE(streamed.sent, 3U << 20U);
  EXPECT_LE(streamed.sent, 5U << 20U);
}

TEST_F(Streaming, AClientThatTakesNothingIsGivenUpAndItsProgressWasTold) {
  const auto open = file(pattern(20 << 20));
  std::uint64_t told = 0;
  pace.checkpoint = [&](std::uint64_t sent) { told = sent; };
  const auto worker = connection();
  const auto begun = std::chrono::steady_clock::now();
  const Streamed streamed = stream(*worker, *open, {{.text = {}, .range = {0, 20 << 20}}}, pace);
  EXPECT_EQ(streamed.outcome, Outcome::aborted);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
  EXPECT_LE(told, streamed.sent);
  EXPECT_LT(streamed.sent, 2U << 20U);
}

TEST_F(Streaming, AFileThatShrinksFailsAndIsNeverPadded) {
  const auto open = file(pattern(1 << 20));
  ASSERT_EQ(::truncate((folder / "file").c_str(), 100'000), 0);
  auto front = std::async(std::launch::async, [&] { return decode(read_all(ends[0])); });
  const auto worker = connection();
  const Streamed streamed = stream(*worker, *open, {{.text = {}, .range = {0, 1 << 20}}}, pace);
  worker->cut();
  EXPECT_EQ(streamed.outcome, Outcome::failed);
  EXPECT_EQ(streamed.sent, 100'000U);
  EXPECT_FALSE(front.get().ended) << "the front end sees a broken answer";
}

TEST_F(Streaming, PlainCgiGetsTheBytesWithoutRecords) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const std::string content = pattern(300'000);
  const auto open = file(content);
  auto front = std::async(std::launch::async, [&] { return read_all(pipe[0]); });
  const auto worker = open_cgi(pipe[1], pace.stall_timeout);
  EXPECT_TRUE(worker->write("head"));
  EXPECT_EQ(stream(*worker, *open, {{.text = {}, .range = {0, content.size()}}}, pace).sent, content.size());
  worker->finish();
  EXPECT_EQ(front.get(), "head" + content);
  ::close(pipe[0]);
}

}  // namespace
}  // namespace claimcheck::fcgi
