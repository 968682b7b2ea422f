#include <gtest/gtest.h>

#include <latch>
#include <map>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "tests/unit/squares.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

using Served = Squares::Served;

TEST(BatcherLeft, WhatIsLeftWhileNobodyWorksIsServedByWhoLeavesIt) {
  Squares batcher{32, 1};
  std::optional<Served> served;
  batcher.leave(3, squares, [&](Served told) { served = std::move(told); });
  ASSERT_TRUE(served);
  EXPECT_EQ(std::get<int>(*served), 9);
}

/// What came of asks that were left while somebody else worked.
struct Left {
  std::vector<Numbers> pieces;   ///< what each piece of work was asked
  std::map<int, Served> served;  ///< by what was left
  std::optional<Errc> fault;     ///< of who worked
};

/// Somebody asks 0, and 1 to `count` are left while that is worked on, by a thread that does no work itself.
Left leave_meanwhile(std::size_t most, int count, const Squares::Work& work) {
  Squares batcher{most, 1};
  Left left;
  std::latch begun{1}, all_left{1};
  const auto own_work = [&](std::span<const int> asks) {
    left.pieces.emplace_back(asks.begin(), asks.end());
    begun.count_down();
    all_left.wait();
    return work(asks);
  };
  std::jthread asking{[&] {
    const auto error = thrown([&] { EXPECT_EQ(batcher.ask(0, own_work), 0); });
    if (error) left.fault = error->code();
  }};
  begun.wait();
  const auto nobody = [](std::span<const int>) -> Numbers { throw Error{Errc::internal, "whoever works goes on"}; };
  for (int i = 1; i <= count; ++i) batcher.leave(i, nobody, [&, i](Served told) { left.served.emplace(i, std::move(told)); });
  EXPECT_TRUE(left.served.empty()) << "nobody waits for it";
  all_left.count_down();
  asking.join();
  return left;
}

TEST(BatcherLeft, WhatIsLeftWhileSomebodyWorksIsServedByThatOneBeforeItGoes) {
  const struct {
    const char* name;
    std::size_t most;
    int count;
    std::vector<Numbers> pieces;
  } cases[] = {{"one", 32, 1, {{0}, {1}}},
               {"several at once", 32, 4, {{0}, {1, 2, 3, 4}}},
               {"more than go into one piece of work", 2, 3, {{0}, {1, 2}, {3}}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Left left = leave_meanwhile(c.most, c.count, squares);
    EXPECT_EQ(left.pieces, c.pieces);
    EXPECT_EQ(left.served.size(), static_cast<std::size_t>(c.count));
    for (const auto& [asked, served] : left.served) EXPECT_EQ(std::get<int>(served), asked * asked);
    EXPECT_FALSE(left.fault);
  }
}

TEST(BatcherLeft, AFaultIsToldToWhatItMet) {
  const struct {
    const char* name;
    Errc code;
    int failing;  ///< the piece of work that fails
    bool reaches_who_asked;
  } cases[] = {
      {"the store is down while somebody asks: what was left meanwhile would find out the same", Errc::unavailable, 0, true},
      {"the store is down when what was left is served", Errc::unavailable, 1, false},
      {"another fault", Errc::internal, 1, false}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    int piece = 0;
    const Left left = leave_meanwhile(32, 3, [&](std::span<const int> asks) {
      if (piece++ == c.failing) throw Error{c.code, "no"};
      return squares(asks);
    });
    EXPECT_EQ(left.fault.has_value(), c.reaches_who_asked);
    EXPECT_EQ(left.served.size(), 3U);
    for (const auto& [asked, served] : left.served) EXPECT_EQ(std::get<Error>(served).code(), c.code);
  }
}

TEST(BatcherLeft, InACrowdEverythingLeftIsServedOnceBesideWhatIsAsked) {
  for (const int at_once : {1, 2, 5}) {
    SCOPED_TRACE(at_once);
    SquaringCrowd crowd{at_once};
    crowd.each_asks([&](int ask) {
      if (ask % 2 == 0)
        crowd.batcher.leave(ask, crowd.work, [&crowd, ask](const Served& served) { crowd.note(ask, std::get<int>(served)); });
      else
        crowd.note(ask, crowd.batcher.ask(ask, crowd.work));
    });
  }
}

}  // namespace
}  // namespace claimcheck
