#include "fcgi/door.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/support/process.h"
#include "tests/unit/signals.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;
using namespace std::chrono_literals;

using SteadyClock = std::chrono::steady_clock;
using Visitor = Door::Visitor;

constexpr int at_once = 0, long_enough = 20'000;  // milliseconds
constexpr int crowd = 8;

class DoorTest : public testing::Test {
 protected:
  ~DoorTest() override {
    for (const int fd : clients_) ::close(fd);
    ::close(listener.fd);
  }

  void connect() {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    clients_.push_back(fd);
    ASSERT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  }

  /// Who comes at once, told as a number so that rows can be compared. A connection is closed.
  static Visitor next(Door& at) {
    const Door::Visit visit = at.next(at_once);
    EXPECT_EQ(visit.fd >= 0, visit.who == Visitor::connection);
    if (visit.fd >= 0) ::close(visit.fd);
    return visit.who;
  }

  void add_chore() { chores.add(Checkpoint{}); }
  static void ask_for_the_end() { ASSERT_EQ(::kill(::getpid(), SIGTERM), 0); }

 private:
  TemporaryFolder folder_;
  Signals signals_;
  std::string path_ = (folder_ / "socket").string();
  std::vector<int> clients_;

 protected:
  Listener listener = open_listener("unix:" + path_);
  Shutdown shutdown{10s};
  Chores chores;
  Door door{listener, shutdown, chores};
};

/// Threads that wait at a door until the end (or far too long), and who came to them, all in all.
class Crowd {
 public:
  Crowd(Door& door, Chores& chores) {
    for (int i = 0; i < crowd; ++i)
      threads_.emplace_back([&] {
        line_.arrive_and_wait();
        while (attend(door, chores) != Visitor::shutdown && SteadyClock::now() < deadline_) {
        }
      });
  }
  ~Crowd() { ::kill(::getpid(), SIGTERM); }  // so that it comes to an end also where a test has failed
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  int count(Visitor who) const { return visits_.at(static_cast<std::size_t>(who)); }
  int chores_taken() const { return taken_; }
  void wait_for_all() { threads_.clear(); }

 private:
  Visitor attend(Door& door, Chores& chores) {
    const Door::Visit visit = door.next(long_enough);
    if (visit.who == Visitor::connection) ::close(visit.fd);
    if (visit.who == Visitor::chore) {
      taken_ += chores.take() ? 1 : 0;
      door.looked_for_chore();
    }
    ++visits_.at(static_cast<std::size_t>(visit.who));
    return visit.who;
  }

  std::array<std::atomic<int>, 5> visits_{};
  std::atomic<int> taken_ = 0;
  std::barrier<> line_{crowd};
  const SteadyClock::time_point deadline_ = SteadyClock::now() + std::chrono::milliseconds{long_enough};
  std::vector<std::jthread> threads_;
};

TEST_F(DoorTest, AConnectionWakesExactlyOneOfThoseWhoWait) {
  constexpr int one_by_one = 50, at_the_same_time = 100;
  Crowd waiting{door, chores};
  for (int i = 1; i <= one_by_one; ++i) {
    connect();
    wait_until("somebody was woken", [&] { return waiting.count(Visitor::connection) == i; });
  }
  for (int i = 0; i < at_the_same_time; ++i) connect();
  wait_until("every connection was given to somebody",
             [&] { return waiting.count(Visitor::connection) == one_by_one + at_the_same_time; });
  ask_for_the_end();
  waiting.wait_for_all();
  EXPECT_EQ(waiting.count(Visitor::connection), one_by_one + at_the_same_time);
  EXPECT_EQ(waiting.count(Visitor::nobody), 0) << "woken for nothing";
}

TEST_F(DoorTest, AChoreWakesOneAndTheNextChoreOneAgain) {
  constexpr int one_by_one = 50, at_the_same_time = 100;
  Crowd waiting{door, chores};
  for (int i = 1; i <= one_by_one; ++i) {
    add_chore();
    wait_until("somebody was woken", [&] { return waiting.chores_taken() == i; });
  }
  for (int i = 0; i < at_the_same_time; ++i) add_chore();
  wait_until("every chore was taken", [&] { return waiting.chores_taken() == one_by_one + at_the_same_time; });
  ask_for_the_end();
  waiting.wait_for_all();
  EXPECT_EQ(waiting.count(Visitor::chore), one_by_one + at_the_same_time) << "nobody was woken for nothing";
}

TEST_F(DoorTest, OfChoresNobodyElseIsToldUntilWhoWasToldHasLooked) {
  EXPECT_EQ(next(door), Visitor::nobody);
  add_chore();
  EXPECT_EQ(next(door), Visitor::chore);
  add_chore();
  EXPECT_EQ(next(door), Visitor::nobody) << "the first has not looked yet";
  ASSERT_TRUE(chores.take());
  door.looked_for_chore();
  EXPECT_EQ(next(door), Visitor::chore) << "one is left";
  ASSERT_TRUE(chores.take());
  door.looked_for_chore();
  EXPECT_EQ(next(door), Visitor::nobody);
  add_chore();
  EXPECT_EQ(next(door), Visitor::chore);
}

TEST_F(DoorTest, TheEndWakesAllAndIsToldAgainAndAgain) {
  Crowd waiting{door, chores};
  ask_for_the_end();
  waiting.wait_for_all();
  EXPECT_EQ(waiting.count(Visitor::shutdown), crowd);
  EXPECT_EQ(waiting.count(Visitor::nobody), 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next(door), Visitor::shutdown);
  EXPECT_TRUE(shutdown.requested());
}

TEST_F(DoorTest, WhoeverCameBeforeTheEndIsReceivedBesideIt) {
  connect();
  add_chore();
  ask_for_the_end();
  std::array<int, 5> came{};
  for (int look = 0; look < 3; ++look) ++came.at(static_cast<std::size_t>(next(door)));  // as many as there are sources
  EXPECT_EQ(came, (std::array{0, 1, 1, 0, 1}));
}

TEST_F(DoorTest, WhatComesToAListenerThatLivesOnAfterItHasPreparedToLeaveIsLeftToOthers) {
  const Listener living_on{.fd = listener.fd, .lives_on = true};
  Chores leaving_chores, other_chores;
  Door leaving{living_on, shutdown, leaving_chores}, other{living_on, shutdown, other_chores};
  connect();
  EXPECT_EQ(next(leaving), Visitor::connection);
  leaving.prepare_to_leave();
  connect();
  EXPECT_EQ(next(leaving), Visitor::nobody);
  EXPECT_EQ(next(other), Visitor::connection);
  leaving_chores.add(Checkpoint{});
  EXPECT_EQ(next(leaving), Visitor::chore) << "chores still come";
}

TEST_F(DoorTest, WhatComesToAListenerOfItsOwnIsReceivedAlsoAfterItHasPreparedToLeave) {
  door.prepare_to_leave();
  connect();
  EXPECT_EQ(next(door), Visitor::connection);
}

TEST_F(DoorTest, AConnectionThatAnotherProcessWasFasterToAcceptIsNobody) {
  Chores other_chores;
  Door other{listener, shutdown, other_chores};
  for (int round = 0; round < 3; ++round) {
    connect();
    EXPECT_EQ(next(round % 2 == 0 ? door : other), Visitor::connection);
    EXPECT_EQ(next(round % 2 == 0 ? other : door), Visitor::nobody) << "and it still watches";
  }
}

TEST_F(DoorTest, WhileThereIsNoDescriptorLeftAConnectionWaits) {
  connect();
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  const Door::Visit visit = door.next(at_once);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(visit.who, Visitor::nobody);
  EXPECT_EQ(next(door), Visitor::connection);
}

TEST_F(DoorTest, TheAlarmWakesOneAtTheEarliestMomentThatWasSet) {
  const auto begun = SteadyClock::now();
  door.wake_at(begun + 10min);
  door.wake_at(begun + 30ms);
  door.wake_at(begun + 20min);
  EXPECT_EQ(door.next(long_enough).who, Visitor::alarm);
  EXPECT_GE(SteadyClock::now() - begun, 30ms);
  EXPECT_EQ(next(door), Visitor::nobody) << "it has to be set again";
  door.wake_at(begun);
  EXPECT_EQ(next(door), Visitor::alarm) << "a moment that is past";

  Crowd waiting{door, chores};
  for (int i = 1; i <= 20; ++i) {
    door.wake_at(SteadyClock::now() + 1ms);
    wait_until("somebody was woken", [&] { return waiting.count(Visitor::alarm) == i; });
  }
  ask_for_the_end();
  waiting.wait_for_all();
  EXPECT_EQ(waiting.count(Visitor::alarm), 20);
}

TEST_F(DoorTest, NobodyComesWithinThePatience) {
  const auto begun = SteadyClock::now();
  EXPECT_EQ(door.next(30).who, Visitor::nobody);
  EXPECT_GE(SteadyClock::now() - begun, 29ms);
}

}  // namespace
}  // namespace claimcheck
