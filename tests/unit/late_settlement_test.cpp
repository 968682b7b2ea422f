#include <functional>

#include "tests/unit/settlement_fixture.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;

/// Deliveries whose ends nobody waits for to be stored.
class LateSettlement : public SettlementTest {
 protected:
  void settle_soon(AdmittedDelivery admitted) {
    settlement.settle_soon(std::move(admitted), {.outcome = Outcome::complete, .sent = whole}, {});
  }
};

TEST_F(LateSettlement, TheStoreIsToldByTheNextWriteAndOnlyThenTheLog) {
  auto admitted = begin(1);
  const Token before = stored(1), after = settled(admitted, whole);
  settle_soon(std::move(admitted));
  EXPECT_EQ(stored(1), before) << "nobody waits";
  EXPECT_EQ(told(), Lines{});
  EXPECT_EQ(logged("delivery"), 1);
  store.write_late();
  EXPECT_EQ(stored(1), after);
  EXPECT_TRUE(after.claims.at(0).completed);
  EXPECT_EQ(told(), Lines{"delivery1 complete 1000"});
  EXPECT_EQ(store.reads, 0);
  EXPECT_FALSE(settlement.due());
}

TEST_F(LateSettlement, WhatIsNotKnownAsItWasStoredIsSettledAtOnce) {
  auto admitted = begin(1);
  const Token after = settled(admitted, whole);
  settle_soon(long_one(std::move(admitted)));
  EXPECT_TRUE(store.late.empty());
  EXPECT_EQ(stored(1), after);
  EXPECT_EQ(told(), Lines{"delivery1 complete 1000"});
}

TEST_F(LateSettlement, AThreadThatNeverReachedTheStoreSettlesOnceItIsBack) {
  auto admitted = begin(1);
  store.down = store.clockless = true;
  settle_soon(long_one(std::move(admitted)));
  EXPECT_EQ(logged("settle_failed"), 1);
  EXPECT_EQ(told(), Lines{});
  store.down = store.clockless = false;
  settle_the_rest();
  EXPECT_EQ(told(), Lines{"delivery1 complete 1000"});
}

TEST_F(LateSettlement, IfItCannotBeWrittenItIsSettledOnceAllTheSame) {
  const struct {
    const char* name;
    std::function<void(OddStore&, const TokenId&)> hinder, help;
    bool at_once;  ///< it is worth trying again without giving the store time
    int failures;  ///< that the request log tells of
  } cases[] = {
      {"somebody changed the token meanwhile",
       [this](OddStore& odd, const TokenId& token) { Enforcement{odd.kept, pause}.revoke(token); },
       [](OddStore&, const TokenId&) {}, true, 0},
      {"the store is down", [](OddStore& odd, const TokenId&) { odd.down = true; },
       [](OddStore& odd, const TokenId&) { odd.down = false; }, false, 1},
      {"the store wrote it and is not heard of", [](OddStore& odd, const TokenId&) { odd.silent = true; },
       [](OddStore& odd, const TokenId&) { odd.silent = false; }, false, 1},
  };
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto failed = logged("settle_failed");
    auto admitted = begin(++number);
    settle_soon(std::move(admitted));
    c.hinder(store, id_of(number));
    store.write_late();
    EXPECT_EQ(told(), Lines{});
    EXPECT_EQ(logged("settle_failed") - failed, c.failures);
    const auto now = std::chrono::steady_clock::now();
    EXPECT_EQ(settlement.due().value() <= now, c.at_once);
    c.help(store, id_of(number));
    settle_the_rest();
    const Claim claim = stored(number).claims.at(0);
    EXPECT_TRUE(claim.completed);
    EXPECT_TRUE(claim.active.empty());
    EXPECT_EQ(claim.charged, whole);
    EXPECT_EQ(told(), Lines{name_of(number) + " complete 1000"});
  }
}

}  // namespace
}  // namespace claimcheck
