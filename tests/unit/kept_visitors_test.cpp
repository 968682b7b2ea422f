// Connections that rest at a door between two requests.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "core/error.h"
#include "fcgi/door.h"
#include "tests/support/process.h"
#include "tests/unit/signals.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;
using namespace std::chrono_literals;

using Visitor = Door::Visitor;

constexpr int at_once = 0, long_enough = 20'000;  // milliseconds

/// The two ends of a connection.
struct Ends {
  Ends() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw Error{Errc::internal, "no socket pair"};
    ours = Descriptor{ends[0]};
    theirs = Descriptor{ends[1]};
  }
  void ask() const { ASSERT_EQ(::send(theirs.number(), "?", 1, MSG_NOSIGNAL), 1); }
  /// Whether our end is closed.
  bool is_closed() const {
    char byte = 0;
    return ::recv(theirs.number(), &byte, 1, MSG_DONTWAIT) == 0;
  }

  Descriptor ours, theirs;
};

class KeptVisitors : public testing::Test {
  TemporaryFolder folder_;
  Signals signals_;

 protected:
  Listener listener = open_listener("unix:" + (folder_ / "socket").string());
  Shutdown shutdown{10s};
  Chores chores;
  std::optional<Door> door{std::in_place, listener, shutdown, chores};

  ~KeptVisitors() override { ::close(listener.fd); }
};

TEST_F(KeptVisitors, WakeSomebodyWithEachRequestAndWithTheirEnd) {
  Ends line;
  const int fd = line.ours.number();
  Descriptor connection = std::move(line.ours);
  for (int request = 0; request < 3; ++request) {
    door->keep(std::move(connection));
    EXPECT_TRUE(door->keeps_any());
    EXPECT_EQ(door->next(at_once).who, Visitor::nobody) << "it asks for nothing";
    line.ask();
    const Door::Visit visit = door->next(at_once);
    EXPECT_EQ(visit.who, Visitor::connection);
    EXPECT_TRUE(visit.is_back);
    EXPECT_EQ(visit.fd, fd);
    EXPECT_FALSE(door->keeps_any());
    EXPECT_EQ(door->next(at_once).who, Visitor::nobody) << "only one is told, although nobody has read it";
    char byte = 0;
    ASSERT_EQ(::recv(fd, &byte, 1, 0), 1);
    connection = Descriptor{fd};
  }
  door->keep(std::move(connection));
  line.theirs = Descriptor{};
  const Door::Visit visit = door->next(at_once);
  EXPECT_TRUE(visit.who == Visitor::connection && visit.is_back) << "who is told finds it at its end";
  ::close(visit.fd);
}

TEST_F(KeptVisitors, ThatAskedBeforeTheyWereKeptWakeSomebodyToo) {
  Ends line;
  line.ask();
  door->keep(std::move(line.ours));
  const Door::Visit visit = door->next(at_once);
  EXPECT_TRUE(visit.who == Visitor::connection && visit.is_back);
  ::close(visit.fd);
}

TEST_F(KeptVisitors, AreClosedFromThenOnThatItPreparesToLeave) {
  Ends before, after;
  door->keep(std::move(before.ours));
  door->prepare_to_leave();
  door->keep(std::move(after.ours));
  EXPECT_TRUE(after.is_closed());
  EXPECT_FALSE(before.is_closed());
  before.ask();
  const Door::Visit visit = door->next(at_once);
  EXPECT_TRUE(visit.who == Visitor::connection && visit.is_back) << "who rested here already may ask once more";
  door->keep(Descriptor{visit.fd});
  EXPECT_FALSE(door->keeps_any());
}

TEST_F(KeptVisitors, AreClosedWithTheDoor) {
  Ends line;
  door->keep(std::move(line.ours));
  door.reset();
  EXPECT_TRUE(line.is_closed());
}

TEST_F(KeptVisitors, AreEachGivenToOneOfManyWhoWait) {
  constexpr int lines = 20, requests = 50, crowd = 8;
  std::vector<Ends> kept(lines);
  std::atomic<int> received = 0;
  {
    std::vector<std::jthread> waiting;
    for (int i = 0; i < crowd; ++i)
      waiting.emplace_back([&](const std::stop_token& end) {
        while (!end.stop_requested()) {
          const Door::Visit visit = door->next(50);
          if (visit.who != Visitor::connection) continue;
          char byte = 0;
          EXPECT_EQ(::recv(visit.fd, &byte, 1, MSG_DONTWAIT), 1) << "woken for nothing";
          door->keep(Descriptor{visit.fd});
          ++received;
        }
      });
    for (Ends& line : kept) door->keep(std::move(line.ours));
    for (int round = 1; round <= requests; ++round) {
      for (const Ends& line : kept) line.ask();
      wait_until("all were heard", [&] { return received == round * lines; }, std::chrono::milliseconds{long_enough});
    }
  }
  EXPECT_EQ(received, requests * lines);
}

}  // namespace
}  // namespace claimcheck
