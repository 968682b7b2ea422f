#include <array>
#include <barrier>
#include <functional>
#include <thread>

#include "tests/unit/settlement_fixture.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;

TEST_F(SettlementTest, WhatIsKnownAsItWasStoredIsSettledWithoutReadingItAgain) {
  const std::array<Streamed, 4> ends{{{.outcome = Outcome::complete, .sent = whole},
                                      {.outcome = Outcome::aborted, .sent = 400},
                                      {.outcome = Outcome::aborted, .sent = 0},
                                      {.outcome = Outcome::failed, .sent = 10}}};
  for (int i = 0; i < std::ssize(ends); ++i) {
    const Streamed& end = ends.at(static_cast<std::size_t>(i));
    auto admitted = begin(i);
    const Token after = settled(admitted, end.sent);
    settle(std::move(admitted), end);
    EXPECT_EQ(stored(i), after);
  }
  EXPECT_EQ(store.writes, 4);
  EXPECT_EQ(store.reads, 0);
  EXPECT_EQ(told(), (Lines{"delivery0 complete 1000", "delivery1 aborted 400", "delivery2 aborted 0", "delivery3 failed 10"}));
  EXPECT_FALSE(settlement.due());
  EXPECT_EQ(logged("delivery"), 4);
  EXPECT_EQ(logged("settle_failed") + logged("settled_late"), 0);
}

TEST_F(SettlementTest, IfSomebodyChangedATokenMeanwhileItIsStillSettledOnce) {
  const struct {
    const char* name;
    std::function<void(Enforcement&, const AdmittedDelivery&)> change;
  } cases[] = {
      {"told how far it is",
       [](Enforcement& rival, const AdmittedDelivery& admitted) {
         const Progress progress = progress_of(admitted, 100);
         EXPECT_TRUE(rival.checkpoint(admitted.token, {&progress, 1}).empty());
       }},
      {"revoked", [](Enforcement& rival, const AdmittedDelivery& admitted) { rival.revoke(admitted.token); }},
      {"settled already, and the answer was lost",
       [](Enforcement& rival, const AdmittedDelivery& admitted) { rival.settle(admitted.token, progress_of(admitted, 700)); }},
  };
  int first = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Lines lines;
    for (int i = first; i < first + 3; ++i) {
      auto admitted = begin(i);
      if (i == first + 1) {
        Enforcement rival{store.kept, pause};
        c.change(rival, admitted);
      }
      settle(std::move(admitted), 700);
      lines.push_back(name_of(i) + " aborted 700");
    }
    settle_the_rest();
    for (int i = first; i < first + 3; ++i) {
      const Token token = stored(i);
      EXPECT_TRUE(token.claims.at(0).active.empty());
      EXPECT_EQ(token.claims.at(0).charged, 700U);
    }
    EXPECT_EQ(stored(first + 1).revoked_at.has_value(), std::string_view{c.name} == "revoked") << "the change stays";
    EXPECT_EQ(told(), lines);
    first += 3;
  }
}

TEST_F(SettlementTest, TwoEndsOfTheSameTokenAreBothSettled) {
  const struct {
    const char* name;
    bool newest_first;
  } cases[] = {{"the first admitted ends first", false}, {"the last admitted ends first", true}};
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    add_token(number, 2);
    const std::string one = name_of(number) + "a", other = name_of(number) + "b";
    auto first = admit(number, one), second = admit(number, other);
    ASSERT_NE(first.claim, second.claim);
    settle(c.newest_first ? second : first, c.newest_first ? 600 : 300);
    settle(c.newest_first ? first : second, c.newest_first ? 300 : 600);
    settle_the_rest();
    const Token token = stored(number);
    EXPECT_EQ(token.uses, 2);
    for (const Claim& claim : token.claims) {
      EXPECT_TRUE(claim.active.empty());
      EXPECT_EQ(claim.charged, claim.id == first.claim ? 300U : 600U);
    }
    EXPECT_EQ(told(), (Lines{one + " aborted 300", other + " aborted 600"}));
    ++number;
  }
}

TEST_F(SettlementTest, WhatIsNotKnownAsItWasStoredIsSettledAtOnce) {
  const auto admitted = begin(1);
  const Token after = settled(admitted, 400);
  settle(long_one(admitted), 400);
  EXPECT_EQ(stored(1), after);
  EXPECT_EQ(store.writes, 1);
  EXPECT_EQ(told(), Lines{"delivery1 aborted 400"});
  EXPECT_FALSE(settlement.due());
}

TEST_F(SettlementTest, WhatHasNoUseToSettleIsToldAtOnceAndWritesNothing) {
  add_token(1, 0);
  const auto unlimited = admit(1, "unlimited");
  EXPECT_TRUE(unlimited.claim.empty());
  settle(unlimited, whole);
  add_token(2);
  settle(admit(2, "handed off", Means::hand_off), {.outcome = Outcome::handed_off, .sent = whole});
  EXPECT_EQ(store.writes, 0);
  EXPECT_FALSE(settlement.due());
  EXPECT_EQ(told(), (Lines{"handed off handed_off 1000", "unlimited complete 1000"}));
}

TEST_F(SettlementTest, AHandOffThatTheWebServerNeverHeardOfIsGivenBackAtOnce) {
  add_token(1);
  settle(admit(1, "handed off", Means::hand_off), {.outcome = Outcome::aborted, .sent = 0});
  EXPECT_EQ(stored(1).claims.at(0).charged, 0U);
  EXPECT_TRUE(stored(1).claims.at(0).handed_off.empty());
  EXPECT_EQ(told(), Lines{"handed off aborted 0"});
  EXPECT_FALSE(settlement.due());
}

TEST_F(SettlementTest, ADeliveryThatSomebodyElseHasEndedIsChargedAndNotToldTwice) {
  for (const int number : {1, 2}) {
    SCOPED_TRACE(number == 1 ? "its token is known as it was stored" : "it is not");
    auto admitted = begin(number);
    memory.set_now(start + counting::dead_after + seconds{1});
    EXPECT_EQ(Enforcement(store.kept, pause).tidy(admitted.token).dead.size(), 1U) << "as the cron does, which tells of it";
    EXPECT_TRUE(is_lost(stored(number), progress_of(admitted, 0)));
    settle(number == 1 ? std::move(admitted) : long_one(std::move(admitted)), 400);
    settle_the_rest();
    EXPECT_TRUE(stored(number).claims.at(0).lost.empty());
    EXPECT_EQ(stored(number).claims.at(0).charged, 400U);
    EXPECT_EQ(told(), Lines{});
  }
}

TEST_F(SettlementTest, WhatItsAdmissionFoundDeadIsToldToo) {
  begin(1);
  memory.set_now(start + counting::dead_after + seconds{1});
  const Admission admission = Enforcement{store.kept, pause}.admit(
      stored(1), {.delivery = "successor", .ranges = {{0, whole}}, .file = file, .new_claim = "another"});
  ASSERT_EQ(admission.dead.size(), 1U);
  settle({.token = id_of(1),
          .claim = admission.claim,
          .stored = admission.token,
          .delivery = {.id = "successor", .ranges = {{0, whole}}},
          .dead = admission.dead},
         whole);
  EXPECT_EQ(told(), (Lines{"delivery1 interrupted 0", "successor complete 1000"}));
}

TEST_F(SettlementTest, WhicheverThreadTakesThemEachIsSettledAndToldOnce) {
  constexpr int threads = 8, each = 40;
  std::barrier line{threads};
  std::vector<std::jthread> settling;
  for (int thread = 0; thread < threads; ++thread)
    settling.emplace_back([&, thread] {
      OddStore own{memory};
      const Services own_services = services_of(own);
      Settlement own_settlement{own_services};
      line.arrive_and_wait();
      for (int i = thread * each; i < (thread + 1) * each; ++i) {
        own_settlement.settle(begin(i), {.outcome = Outcome::aborted, .sent = 400}, {});
        if (i % 3 == 0) own_settlement.settle_again();
      }
    });
  settling.clear();
  settle_the_rest();
  const Lines lines = told();
  EXPECT_EQ(lines.size(), std::size_t{threads} * each);
  EXPECT_EQ(std::ranges::adjacent_find(lines), lines.end());
  for (int i = 0; i < threads * each; ++i) EXPECT_EQ(stored(i).claims.at(0).charged, 400U);
}

}  // namespace
}  // namespace claimcheck
