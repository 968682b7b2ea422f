#include "core/batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <latch>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/process.h"
#include "tests/unit/squares.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

using Sizes = std::vector<std::size_t>;

/// What came of a first one who asks, and of others who ask while the first one's work is under way.
struct Round {
  std::vector<Numbers> pieces;  ///< what each piece of work was asked
  std::map<int, int> replies;   ///< by who asked
  std::map<int, Errc> faults;   ///< likewise
  Sizes sizes() const {
    Sizes sizes;
    for (const Numbers& piece : pieces) sizes.push_back(piece.size());
    return sizes;
  }
};

/// @param others    ask 1, 2 … while the first, who asked 0, works. Most of them, often all, wait before that is done.
/// @param work      throws, or answers with the squares of what was asked
Round play(std::size_t most, int others, const Squares::Work& work) {
  Squares batcher{most, 1};
  Round round;  // unguarded where only one may work at a time
  std::mutex mutex;
  std::latch begun{1}, about_to_ask{others};
  const auto ask = [&](int self) {
    const auto own_work = [&](std::span<const int> asks) {
      round.pieces.emplace_back(asks.begin(), asks.end());
      EXPECT_EQ(std::ranges::count(asks, self), 1) << "whoever works is one of those who asked";
      if (self == 0) {
        begun.count_down();
        about_to_ask.wait();
        for (int moment = 0; moment < 100; ++moment) std::this_thread::yield();
      }
      return work(asks);
    };
    std::optional<int> reply;
    const auto fault = thrown([&] { reply = batcher.ask(self, own_work); });
    const std::lock_guard guard{mutex};
    if (reply) round.replies[self] = *reply;
    if (fault) round.faults.emplace(self, fault->code());
  };
  {
    std::vector<std::jthread> asking;
    asking.emplace_back(ask, 0);
    for (int i = 1; i <= others; ++i)
      asking.emplace_back([&, i] {
        begun.wait();
        about_to_ask.count_down();
        ask(i);
      });
  }
  EXPECT_EQ(round.replies.size() + round.faults.size(), static_cast<std::size_t>(others) + 1) << "everybody was told once";
  for (const auto& [asked, reply] : round.replies) EXPECT_EQ(reply, asked * asked);
  EXPECT_EQ(round.pieces.front(), Numbers{0}) << "nobody waits for company";
  for (const Numbers& piece : round.pieces) EXPECT_LE(piece.size(), most);
  return round;
}

/// Plays until all the others were waiting when the first one's work was done, and so the pieces of work had these sizes.
Round play_until(const Sizes& sizes, std::size_t most, int others, const Squares::Work& work) {
  Round round;
  wait_until("all others wait in time", [&] { return (round = play(most, others, work)).sizes() == sizes; });
  return round;
}

TEST(Batcher, WhoAsksAloneIsServedAtOnceByItsOwnThread) {
  Squares batcher{32, 1};
  for (const int ask : {3, 4, 5}) {
    std::vector<Numbers> pieces;
    const auto self = std::this_thread::get_id();
    EXPECT_EQ(batcher.ask(ask,
                          [&](std::span<const int> asks) {
                            EXPECT_EQ(std::this_thread::get_id(), self);
                            pieces.emplace_back(asks.begin(), asks.end());
                            return squares(asks);
                          }),
              ask * ask);
    EXPECT_EQ(pieces, std::vector<Numbers>{{ask}});
  }
}

TEST(Batcher, WhoAskMeanwhileAreServedTogetherAtMostSoManyAtOnceAndTheTurnPassesOn) {
  const struct {
    const char* name;
    std::size_t most;
    int others;
    Sizes sizes;
  } cases[] = {{"there is room for all", 32, 5, {1, 5}},
               {"for exactly all", 5, 5, {1, 5}},
               {"for some at a time", 3, 7, {1, 3, 3, 1}},
               {"for one at a time", 1, 3, {1, 1, 1, 1}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Round round = play_until(c.sizes, c.most, c.others, squares);
    EXPECT_TRUE(round.faults.empty());
    Numbers asked;
    for (const Numbers& piece : round.pieces) asked.insert(asked.end(), piece.begin(), piece.end());
    std::ranges::sort(asked);
    Numbers everybody(static_cast<std::size_t>(c.others) + 1);
    std::iota(everybody.begin(), everybody.end(), 0);
    EXPECT_EQ(asked, everybody) << "nobody is served twice";
  }
}

TEST(Batcher, AFaultOfTheWorkReachesAllWhoAskedForItAndNobodyElse) {
  const struct {
    const char* name;
    std::function<void()> fail;
    Errc code;
  } cases[] = {{"the store is down", [] { throw Error{Errc::unavailable, "down"}; }, Errc::unavailable},
               {"another error", [] { throw Error{Errc::file_changed, "changed"}; }, Errc::file_changed},
               {"no error of ours", [] { throw std::runtime_error("odd"); }, Errc::internal}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    bool first = false;
    const Round round = play_until({1, 4}, 32, 4, [&](std::span<const int> asks) {
      first = asks.front() == 0;
      if (!first) c.fail();
      return squares(asks);
    });
    EXPECT_EQ(round.replies, (std::map<int, int>{{0, 0}}));
    EXPECT_EQ(round.faults, (std::map<int, Errc>{{1, c.code}, {2, c.code}, {3, c.code}, {4, c.code}}));
  }
}

TEST(Batcher, WhoWaitsForAStoreThatIsDownIsToldAtOnce) {
  // Whoever came too late to wait asked it again, and found it back.
  const Round round = play_until({1}, 2, 5, [](std::span<const int> asks) {
    if (asks.front() == 0) throw Error{Errc::unavailable, "down"};
    return squares(asks);
  });
  EXPECT_EQ(round.faults.size(), 6U);
  for (const auto& [asked, code] : round.faults) EXPECT_EQ(code, Errc::unavailable);
}

TEST(Batcher, AfterAnyOtherFaultThoseWhoWaitAreServedByTheNextPieceOfWork) {
  const Round round = play_until({1, 5}, 32, 5, [](std::span<const int> asks) {
    if (asks.front() == 0) throw Error{Errc::internal, "odd"};
    return squares(asks);
  });
  EXPECT_EQ(round.faults, (std::map<int, Errc>{{0, Errc::internal}}));
  EXPECT_EQ(round.replies.size(), 5U);
}

TEST(Batcher, AfterAFaultItWorksAsBefore) {
  Squares batcher{32, 1};
  for (const Errc code : {Errc::unavailable, Errc::internal}) {
    EXPECT_EQ(thrown([&] { batcher.ask(1, [&](std::span<const int>) -> Numbers { throw Error{code}; }); }).value().code(),
              code);
    EXPECT_EQ(batcher.ask(7, squares), 49);
  }
}

TEST(Batcher, InACrowdEverybodyGetsItsOwnReplyAndNoMorePiecesOfWorkOverlapThanMay) {
  for (const int at_once : {1, 2, 5}) {
    SCOPED_TRACE(at_once);
    SquaringCrowd crowd{at_once};
    crowd.each_asks([&](int ask) { crowd.note(ask, crowd.batcher.ask(ask, crowd.work)); });
    EXPECT_GT(crowd.joint, 0U) << "a crowd is served together";
  }
}

}  // namespace
}  // namespace claimcheck
