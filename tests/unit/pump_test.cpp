#include "fcgi/pump.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <map>
#include <optional>

#include "core/error.h"
#include "files/directory.h"
#include "tests/support/process.h"
#include "tests/unit/line.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;
using namespace std::chrono_literals;

using SteadyClock = std::chrono::steady_clock;

/// A pump, what it leaves to others, and a file that it sends.
class PumpTest : public testing::Test {
 protected:
  void SetUp() override { previous_ = std::signal(SIGPIPE, SIG_IGN); }
  void TearDown() override { std::signal(SIGPIPE, previous_); }

  void fill_file(std::uint64_t size) {
    content = random_bytes(size);
    write_file(folder_ / "file", content);
  }

  /// A delivery of the file from its beginning, as it is when its head has gone out.
  std::unique_ptr<Delivery> delivery(int fd, const Pace& pace, std::uint64_t length, const std::string& name = {}) {
    AdmittedDelivery admitted;
    admitted.token = token;
    admitted.delivery = {.id = name, .ranges = {{.first = 0, .length = length}}};
    if (!name.empty()) {
      admitted.claim = "claim";
      const Progress progress{.claim = "claim", .delivery = name, .ranges = admitted.delivery.ranges};
      checkpoints.begin(token, progress, SteadyClock::now() - Checkpoints::every_if_little);  // the first word is due at once
    }
    return std::make_unique<Delivery>(open_fastcgi(fd, request_id, patient), storage_->open("file", ServedAs::decrypted),
                                      std::move(admitted), RequestLine{},
                                      std::vector<Piece>{{.text = {}, .range = {.first = 0, .length = length}}}, pace);
  }

  /// Begins a delivery as a request thread does. Whatever the pace, it is not over at once.
  void board(int fd, const Pace& pace, std::uint64_t length, const std::string& name = {}) {
    auto begun = delivery(fd, pace, length, name);
    ASSERT_NE(begun->stream.advance(SteadyClock::now()), Stream::Turn::over);
    pump.carry_on(std::move(begun));
  }

  Chore next_chore() {
    std::optional<Chore> chore;
    wait_until("the pump leaves something to be done", [&] { return (chore = chores.take()).has_value(); }, patient);
    return std::move(*chore);
  }

  std::unique_ptr<Delivery> next_delivery() {
    Chore chore = next_chore();
    auto* over = std::get_if<std::unique_ptr<Delivery>>(&chore);
    if (over == nullptr) throw std::runtime_error("a checkpoint where the end of a delivery was expected");
    return std::move(*over);
  }

  Checkpoint next_checkpoint() {
    Chore chore = next_chore();
    auto* checkpoint = std::get_if<Checkpoint>(&chore);
    if (checkpoint == nullptr) throw std::runtime_error("the end of a delivery where a checkpoint was expected");
    return *checkpoint;
  }

  void wait_until_empty() {
    wait_until("the pump carries nothing", [&] { return pump.load() == 0; }, patient);
  }

  const TokenId token{"01890000-0000-7000-8000-000000000001"};
  std::string content;
  Checkpoints checkpoints;
  Chores chores;
  Pump pump{chores, checkpoints};

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Storage> storage_ = files::open_directory(folder_.path().string());
  void (*previous_)(int) = SIG_DFL;
};

TEST_F(PumpTest, AStreamThatBlocksIsCarriedOnAndComesBackToBeSettled) {
  fill_file(4 * mib + 1);
  const Line line = Line::socket();
  board(line.ours, {}, content.size());
  EXPECT_EQ(pump.load(), 1U);
  auto received = reader(line);
  const auto over = next_delivery();
  EXPECT_EQ(over->stream.result().outcome, Outcome::complete);
  EXPECT_EQ(over->stream.result().sent, content.size());
  wait_until_empty();
  pump.see_off(std::move(over->connection), patient);
  const Decoded answer = decoded(received.get());
  EXPECT_TRUE(answer.out == content);
  EXPECT_TRUE(answer.ended);
  wait_until_empty();
}

TEST_F(PumpTest, AClientThatGoesIsNoticedAtOnceWhateverItsStreamWaitsFor) {
  fill_file(4 * mib);
  auto resting = std::make_shared<Rate>(1000, 0);
  resting->reserve(3'600'000, SteadyClock::now());  // it may go on in an hour
  const struct {
    const char* name;
    Pace pace;
  } cases[] = {{"blocked", {}}, {"resting", {.rate = resting}}};
  constexpr int times = 20;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto noticed = SteadyClock::duration::zero();
    for (int i = 0; i < times; ++i) {
      const Line line = Line::socket();
      board(line.ours, c.pace, content.size());
      const auto closed = SteadyClock::now();
      ::close(line.theirs);
      const auto over = next_delivery();
      noticed += SteadyClock::now() - closed;
      EXPECT_EQ(over->stream.result().outcome, Outcome::aborted);
      EXPECT_LT(over->stream.result().sent, content.size());
    }
    // A stream looks round once a second: that alone would take half a second on average.
    EXPECT_LT(noticed, times * 250ms);
    std::printf("a client gone while %s: noticed after %.2f ms on average\n", c.name,
                std::chrono::duration<double, std::milli>(noticed).count() / times);
  }
}

TEST_F(PumpTest, AClientSlowerThanAllowedIsGivenUpAndOneThatTakesNothingToo) {
  fill_file(4 * mib);
  const struct {
    const char* name;
    Pace pace;
  } cases[] = {{"slower than allowed", {.stall_timeout = 3600s, .slowest = 100 * mib, .slowest_over = 1s}},
               {"it takes nothing", {.stall_timeout = 1s}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Line line = Line::socket();
    const auto begun = SteadyClock::now();
    board(line.ours, c.pace, content.size());
    const auto over = next_delivery();
    EXPECT_GE(SteadyClock::now() - begun, 1s);
    EXPECT_EQ(over->stream.result().outcome, Outcome::aborted);
    EXPECT_GT(over->stream.result().sent, 0U) << "what the socket holds";
    over->connection->close();
    EXPECT_TRUE(content.starts_with(decoded(read_and_close(line.theirs)).out));
  }
}

TEST_F(PumpTest, ARateIsKeptByRestingAndSharedByThoseThatHaveTheSame) {
  constexpr std::uint64_t per_second = 400'000, length = 100'000;
  fill_file(length);
  const auto rate = std::make_shared<Rate>(per_second, 0);
  std::vector<std::future<std::string>> received;
  const auto begun = SteadyClock::now();
  for (int i = 0; i < 4; ++i) {
    const Line line = Line::socket();
    board(line.ours, {.rate = rate}, length);
    received.push_back(reader(line));
  }
  for (int i = 0; i < 4; ++i) {
    const auto over = next_delivery();
    EXPECT_EQ(over->stream.result().sent, length);
    over->connection->send_end();
    over->connection->close();
  }
  const std::chrono::duration<double> taken = SteadyClock::now() - begun;
  const double last_portion = static_cast<double>(rate->portion()) / per_second;
  EXPECT_GE(taken.count(), 4.0 * length / per_second - last_portion);
  for (auto& each : received) EXPECT_TRUE(decoded(each.get()).out == content);
}

TEST_F(PumpTest, HundredsAreCarriedAtOnceEachToItsOwnEnd) {
  constexpr std::size_t count = 300;
  fill_file(mib);
  struct Reader {
    std::string received;
    std::uint64_t length = 0;
    bool open = true;
  };
  std::vector<pollfd> watched;
  std::vector<Reader> readers;
  for (std::size_t i = 0; i < count; ++i) {
    const Line line = Line::socket(1);  // the smallest buffer: every one of them waits again and again
    const std::uint64_t length = 128 * kib + i;
    Pace pace;
    if (i % 3 == 0) pace.rate = std::make_shared<Rate>(256 * kib, 16 * kib);
    board(line.ours, pace, length);
    watched.push_back({.fd = line.theirs, .events = POLLIN, .revents = 0});
    readers.push_back({.received = {}, .length = length});
  }
  EXPECT_EQ(pump.load(), count);
  std::size_t open = count, settled = 0;
  std::string buffer(16 * kib, '\0');
  const auto deadline = SteadyClock::now() + patient;
  while (open > 0 && SteadyClock::now() < deadline) {
    while (auto chore = chores.take()) {
      auto over = std::get<std::unique_ptr<Delivery>>(std::move(*chore));
      EXPECT_EQ(over->stream.result().outcome, Outcome::complete);
      EXPECT_EQ(over->stream.result().sent, over->admitted.delivery.ranges.front().length);
      pump.see_off(std::move(over->connection), patient);
      ++settled;
    }
    ::poll(watched.data(), watched.size(), 5);
    for (std::size_t i = 0; i < count; ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      const ssize_t got = ::read(watched[i].fd, buffer.data(), buffer.size());
      if (got > 0) {
        readers[i].received.append(buffer, 0, static_cast<std::size_t>(got));
        continue;
      }
      ::close(watched[i].fd);
      watched[i].fd = -1;
      --open;
    }
  }
  EXPECT_EQ(settled, count);
  ASSERT_EQ(open, 0U);
  for (const Reader& each : readers) {
    const Decoded answer = decoded(each.received);
    EXPECT_TRUE(answer.out == content.substr(0, each.length));
    EXPECT_TRUE(answer.ended);
  }
  wait_until_empty();
}

TEST_F(PumpTest, ConnectionsWhoseAnswerIsCompleteAreSeenOff) {
  constexpr const char* head = "Status: 200 OK\r\n\r\n";
  const struct {
    const char* name;
    bool end_sent;     ///< by the request thread
    bool reads;        ///< else it does nothing at all
    bool closes;       ///< when it has read the end
    bool half_closed;  ///< it has said that it sends nothing more
  } cases[] = {
      {"the front end reads and closes", false, true, true, false},
      {"the same, and the end has gone out already", true, true, true, false},
      {"it does not close", false, true, false, false},
      {"it does not even read", true, false, false, false},
      {"it has closed its half before", false, true, true, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Line line = Line::socket();
    auto connection = open_fastcgi(line.ours, request_id, patient);
    ASSERT_TRUE(connection->write(head));
    if (c.half_closed) ::shutdown(line.theirs, SHUT_WR);
    if (c.end_sent) {
      ASSERT_EQ(connection->send_end().state, Step::State::moved);
    }
    const auto begun = SteadyClock::now();
    pump.see_off(std::move(connection), patient);
    if (c.reads) {
      const Decoded answer = decoded(read_and_close(c.closes ? line.theirs : ::dup(line.theirs)));
      EXPECT_EQ(answer.out, head);
      EXPECT_TRUE(answer.out_closed && answer.ended);
    }
    wait_until_empty();
    if (!c.closes) {
      EXPECT_GE(SteadyClock::now() - begun, longest_linger) << "it had its moment";
      ::close(line.theirs);
    }
  }
}

TEST_F(PumpTest, AConnectionThatTheFrontEndKeepsIsGivenBackOnceItsEndHasGoneOut) {
  const Line line = Line::socket();
  std::promise<int> kept;
  auto connection =
      open_fastcgi(line.ours, request_id, patient, [&kept](Descriptor given_back) { kept.set_value(given_back.release()); });
  connection->input_has_ended();
  const std::string text(1000, 'x');
  while (connection->send(text).state == Step::State::moved) {
  }
  pump.see_off(std::move(connection), patient);
  auto received = std::async(std::launch::async, [fd = line.theirs] { return read_and_close(fd); });
  auto given_back = kept.get_future();
  ASSERT_EQ(given_back.wait_for(patient), std::future_status::ready);
  EXPECT_EQ(given_back.get(), line.ours);
  wait_until_empty();
  ::close(line.ours);
  EXPECT_TRUE(received.get().ends_with(std::string(8, '\0'))) << "the content of the record that ends a request";
}

TEST_F(PumpTest, AnEndThatNobodyTakesIsGivenUpAfterTheStallTimeout) {
  const Line line = Line::socket();
  auto connection = open_fastcgi(line.ours, request_id, patient);
  const std::string text(1000, 'x');
  while (connection->send(text).state == Step::State::moved) {
  }
  pump.see_off(std::move(connection), 1s);
  EXPECT_EQ(pump.load(), 1U);
  wait_until_empty();
  ::close(line.theirs);
}

TEST_F(PumpTest, CheckpointsAreLeftToOthersAndWhoeverWasGivenUpIsCut) {
  fill_file(4 * mib);
  const Line line = Line::socket();
  auto begun = delivery(line.ours, {.tell_every = 0ms}, content.size(), "delivery");
  pump.carry_on(std::move(begun));
  const Checkpoint checkpoint = next_checkpoint();
  EXPECT_EQ(checkpoint.token, token);
  ASSERT_EQ(checkpoint.progress.size(), 1U);
  EXPECT_EQ(checkpoint.progress.front().delivery, "delivery");
  EXPECT_GT(checkpoint.progress.front().sent, 0U);
  EXPECT_EQ(pump.load(), 1U) << "the stream goes on meanwhile";
  checkpoints.written(checkpoint, std::vector<std::string>{"delivery"});  // another was let in instead
  auto received = reader(line);
  const auto over = next_delivery();
  EXPECT_EQ(over->stream.result().outcome, Outcome::interrupted);
  EXPECT_LT(over->stream.result().sent, content.size());
  checkpoints.end(token, "delivery");
  over->connection->close();
  EXPECT_FALSE(decoded(received.get()).ended);
}

TEST_F(PumpTest, AStreamThatStoodStillWaitsForTheStoreAndNobodyWaitsForIt) {
  fill_file(mib);
  const Line line = Line::socket();
  board(line.ours, {.stood_still = 1s, .tell_every = 3600s}, content.size(), "delivery");
  // Room is made after a second of silence: not a byte is sent on before the store has said that the delivery holds.
  const auto quiet_until = SteadyClock::now() + 1100ms;
  wait_until("it has stood still", [&] { return SteadyClock::now() >= quiet_until; });
  auto received = reader(line);
  const Checkpoint asked = next_checkpoint();
  const Line other = Line::socket();
  board(other.ours, {}, content.size());
  auto other_received = reader(other);
  EXPECT_TRUE(next_delivery()->admitted.claim.empty()) << "another goes on meanwhile, to its end";
  checkpoints.written(asked, std::vector<std::string>{});
  const auto over = next_delivery();
  EXPECT_EQ(over->stream.result().outcome, Outcome::complete);
  EXPECT_EQ(over->stream.result().sent, content.size());
  checkpoints.end(token, "delivery");
  over->connection->close();
  EXPECT_TRUE(decoded(received.get()).out == content);
  other_received.get();
}

}  // namespace
}  // namespace claimcheck
