#include "tests/unit/settlement_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;

/// Deliveries whose ends a store cannot be told at once.
class SettlementFaults : public SettlementTest {
 protected:
  std::optional<Errc> fault_of_settling() {
    const auto error = thrown([&] { settlement.settle_again(); });
    return error ? std::optional{error->code()} : std::nullopt;
  }
};

TEST_F(SettlementFaults, AStoreThatIsDownLosesNothing) {
  const struct {
    const char* name;
    int known, long_ones;  ///< deliveries whose tokens are known as they were stored, and the others
  } cases[] = {{"small ones", 3, 0}, {"long ones", 0, 3}, {"some of each", 2, 2}};
  int first = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const int count = c.known + c.long_ones;
    const auto failed = logged("settle_failed"), late = logged("settled_late");
    store.down = true;
    std::vector<Token> before, after;
    Lines lines;
    for (int i = first; i < first + count; ++i) {
      auto admitted = begin(i);
      before.push_back(stored(i));
      after.push_back(settled(admitted, 400));
      settle(i < first + c.known ? std::move(admitted) : long_one(std::move(admitted)), 400);
      lines.push_back(name_of(i) + " aborted 400");
    }
    for (int attempt = 1; attempt <= 3; ++attempt) {
      EXPECT_EQ(fault_of_settling(), Errc::unavailable);
      EXPECT_GE(settlement.due().value() - std::chrono::steady_clock::now(), UnsettledDeliveries::before_next_attempt / 2)
          << "it is given some time";
      EXPECT_EQ(logged("settle_failed") - failed, count) << "that is said once of each";
    }
    const auto stored_now = [&] {
      std::vector<Token> tokens;
      for (int i = first; i < first + count; ++i) tokens.push_back(stored(i));
      return tokens;
    };
    EXPECT_EQ(stored_now(), before);
    EXPECT_EQ(told(), Lines{});
    store.down = false;
    EXPECT_EQ(fault_of_settling(), std::nullopt);
    EXPECT_EQ(stored_now(), after);
    EXPECT_EQ(told(), lines);
    EXPECT_EQ(logged("settled_late") - late, count);
    EXPECT_FALSE(settlement.due());
    first += count;
  }
}

TEST_F(SettlementFaults, WhatEndsAfterTheStoreIsBackIsSettledBesideWhatIsLate) {
  store.down = true;
  settle(begin(1), 400);
  EXPECT_EQ(fault_of_settling(), Errc::unavailable);
  store.down = false;
  settle(begin(2), 400);
  EXPECT_EQ(fault_of_settling(), std::nullopt);
  EXPECT_EQ(told(), (Lines{"delivery1 aborted 400", "delivery2 aborted 400"}));
  EXPECT_EQ(logged("settled_late"), 1);
}

TEST_F(SettlementFaults, AnEndThatWasWrittenWhileTheAnswerWasLostIsChargedAndToldOnce) {
  std::vector<Token> after;
  store.silent = true;
  for (const int i : {1, 2, 3}) {
    auto admitted = begin(i);
    after.push_back(settled(admitted, 400));
    settle(std::move(admitted), 400);
  }
  EXPECT_EQ(told(), Lines{}) << "nobody knows yet";
  store.silent = false;
  EXPECT_EQ(fault_of_settling(), std::nullopt);
  EXPECT_EQ((std::vector{stored(1), stored(2), stored(3)}), after);
  EXPECT_EQ(told(), (Lines{"delivery1 aborted 400", "delivery2 aborted 400", "delivery3 aborted 400"}));
}

TEST_F(SettlementFaults, AnEndThatTheStoreRefusesForGoodIsGivenUpAndTakesNoOtherWithIt) {
  const struct {
    const char* name;
    int poison;  ///< which of three
    bool known;
  } cases[] = {{"the first of several", 0, true},
               {"the last of several", 2, true},
               {"the first of several that are late", 0, false},
               {"the last of several that are late", 2, false}};
  int first = 10;  // so that their names are in the order of their numbers
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    store.down = !c.known;
    store.poison = id_of(first + c.poison);
    Lines lines;
    for (int i = first; i < first + 3; ++i) {
      auto admitted = begin(i);
      settle(c.known ? std::move(admitted) : long_one(std::move(admitted)), 400);
      if (i != first + c.poison) lines.push_back(name_of(i) + " aborted 400");
    }
    store.down = false;
    int attempts = 0;
    while (settlement.due() && ++attempts <= 10) fault_of_settling();
    EXPECT_LE(attempts, 10) << "it is not tried for ever";
    EXPECT_EQ(told(), lines);
    for (int i = first; i < first + 3; ++i) EXPECT_EQ(stored(i).claims.at(0).active.empty(), i != first + c.poison);
    first += 3;
  }
}

}  // namespace
}  // namespace claimcheck
