#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <optional>
#include <string>

#include "fcgi/connection.h"
#include "tests/unit/line.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;

class KeptConnection : public testing::Test {
 protected:
  void SetUp() override { previous_ = std::signal(SIGPIPE, SIG_IGN); }
  void TearDown() override { std::signal(SIGPIPE, previous_); }

  Line line = Line::socket();
  std::optional<Descriptor> kept;
  const Keeper keeper = [this](Descriptor connection) { kept.emplace(std::move(connection)); };

  /// Whether the front end sees that the connection was closed, once it has read what came.
  bool was_closed() const {
    std::array<char, 4096> ignored{};
    pollfd watched{.fd = line.theirs, .events = POLLIN, .revents = 0};
    while (::poll(&watched, 1, 0) > 0)
      if (::recv(line.theirs, ignored.data(), ignored.size(), 0) <= 0) return true;
    return false;
  }

 private:
  void (*previous_)(int) = SIG_DFL;
};

TEST_F(KeptConnection, IsGivenBackOnlyAfterACompleteAnswerToAWholeRequest) {
  const struct {
    const char* name;
    bool has_keeper, input_ended, answer_ended, is_kept;
  } cases[] = {
      {"complete, and all of the request was read", true, true, true, true},
      {"the answer broke off", true, true, false, false},
      {"some of the request may be left", true, false, true, false},
      {"the front end wants it closed", false, true, true, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    line = Line::socket();
    kept.reset();
    const int ours = line.ours;
    {
      const auto connection = open_fastcgi(ours, request_id, patient, c.has_keeper ? keeper : Keeper{});
      if (c.input_ended) connection->input_has_ended();
      ASSERT_TRUE(connection->write("Status: 200 OK\r\n\r\n"));
      if (c.answer_ended) {
        ASSERT_EQ(connection->send_end().state, Step::State::moved);
      }
      connection->close();
    }
    EXPECT_EQ(kept.has_value(), c.is_kept);
    EXPECT_EQ(was_closed(), !c.is_kept);
    if (kept) {
      EXPECT_EQ(kept->number(), ours);
    }
    ::close(line.theirs);
  }
}

TEST_F(KeptConnection, IsClosedIfItsEndHasNotGoneOutCompletely) {
  const auto connection = open_fastcgi(line.ours, request_id, patient, keeper);
  connection->input_has_ended();
  while (connection->send(std::string(1000, 'x')).state == Step::State::moved) {
  }
  ASSERT_EQ(connection->send_end().state, Step::State::would_block);
  connection->close();
  EXPECT_FALSE(kept);
  EXPECT_TRUE(was_closed());
  ::close(line.theirs);
}

TEST_F(KeptConnection, IsGivenBackOnceHoweverOftenItIsClosed) {
  const auto connection = open_fastcgi(line.ours, request_id, patient, keeper);
  connection->input_has_ended();
  ASSERT_EQ(connection->send_end().state, Step::State::moved);
  connection->close();
  ASSERT_TRUE(kept);
  kept.reset();
  connection->close();
  EXPECT_FALSE(kept);
  ::close(line.theirs);
}

}  // namespace
}  // namespace claimcheck
