#include <gtest/gtest.h>

#include "core/due.h"
#include "tests/unit/story.h"

namespace claimcheck {
namespace {

// What requests for one token are to each other: who waits, who takes over, whose claim it is.

using namespace test;
using Kind = Admission::Kind;

Grounds grounds_of_delivery(const Story& story, int request) {
  const Progress progress = story.progress(request, 0);
  for (const Claim& claim : story.token.claims)
    for (const ActiveDelivery& delivery : claim.active)
      if (delivery.id == progress.delivery) return delivery.grounds;
  return Grounds::unlimited;
}

TEST(Rivals, ADeliveryThatStandsStillIsGivenUpForTheNextOne) {
  Story story;
  story.ask_whole();
  story.tell(1, 10 * mib);
  story.pass(15);
  EXPECT_EQ(story.ask_whole(), Kind::continued);
  ASSERT_EQ(story.last.dead.size(), 1U);
  EXPECT_EQ(story.last.dead[0].delivery.id, "delivery1");
  EXPECT_EQ(story.token.claims.at(0).active.size(), 1U) << "there are never two from the start";
  const Progress late{.claim = "claim1", .delivery = "delivery1", .ranges = {{0, story.size}}, .sent = 12 * mib};
  EXPECT_FALSE(is_active(story.token, late)) << "its worker is to cut it";
  EXPECT_TRUE(is_lost(story.token, late));
  EXPECT_FALSE(checkpoint(story.token, {&late, 1}, story.now).has_value());
  story.token = settle(story.token, late, story.now).value();
  EXPECT_EQ(story.token.claims.at(0).charged, 12 * mib) << "what it sent meanwhile counts";
}

TEST(Rivals, WhatStandsStillReservesOnlyWhatItHasSent) {
  Story story;
  story.ask_whole();
  story.tell(1, 20 * mib);
  story.ask(20 * mib, 80 * mib);
  story.tell(2, 10 * mib);
  EXPECT_EQ(story.ask(30 * mib, 70 * mib), Kind::refused) << "both may yet go on";
  EXPECT_EQ(story.last.refusal.code, Errc::download_in_progress) << "but that is not the end of it";
  EXPECT_TRUE(story.last.held_up);
  story.pass(15);
  EXPECT_EQ(story.ask(30 * mib, 70 * mib), Kind::continued);
  EXPECT_EQ(story.last.dead.size(), 2U);
  EXPECT_EQ(story.token.claims.at(0).charged, 30 * mib);
}

TEST(Rivals, AClientThatLosesItsLineAgainAndAgainWithoutAnybodyNoticingGetsThrough) {
  Story story;
  std::uint64_t received = 0;
  for (int line = 1; received < story.size; ++line) {
    ASSERT_LT(line, 40);
    if (story.ask(received, story.size - received) == Kind::refused) {
      ASSERT_EQ(story.last.refusal.code, Errc::download_in_progress);
      story.pass(5);
      continue;
    }
    received = std::min(story.size, received + 9 * mib);
    const int request = story.requests;
    const std::uint64_t sent = received - story.progress(request, 0).ranges.front().first;
    story.tell(request, sent);
    if (received == story.size) story.end(request, sent);
    story.pass(2);
  }
  EXPECT_EQ(story.token.uses, 1);
  story.pass(60);
  std::vector<DeadDelivery> dead;
  EXPECT_TRUE(tidy(story.token, story.now, dead).claims.at(0).completed.has_value()) << "once the dead lines are noticed";
}

TEST(Rivals, AResumeWaitsForItsClaimRatherThanCostAnotherUse) {
  Story story{3};
  story.ask_whole();
  story.ask(mib, 99 * mib);
  EXPECT_EQ(story.ask(2 * mib, 98 * mib), Kind::refused);
  EXPECT_EQ(story.last.refusal.code, Errc::download_in_progress);
  EXPECT_EQ(story.token.uses, 1);
  EXPECT_EQ(story.ask_whole(), Kind::opened) << "whoever begins a download needs not wait while there are uses";
  EXPECT_TRUE(story.last.held_up);
}

TEST(Rivals, AClaimIsLookedForWhereSomethingIsMissingThenInTheSameNetworkThenAmongTheNewest) {
  Story story{4};
  const std::vector<Range> whole{{0, story.size}}, middle{{50 * mib, mib}};
  story.ask({.ranges = whole, .network = "a"});
  story.ask({.ranges = whole, .network = "b"});
  story.ask({.ranges = whole, .network = "c"});
  story.ask({.ranges = whole, .network = "b"});
  story.end(4, story.size);
  EXPECT_EQ(story.token.uses, 4);
  story.ask({.ranges = middle, .network = "a"});
  EXPECT_EQ(story.last.claim, "claim1");
  story.ask({.ranges = middle, .network = "b"});
  EXPECT_EQ(story.last.claim, "claim2") << "the newer one is complete";
  story.ask({.ranges = middle, .network = "d"});
  EXPECT_EQ(story.last.claim, "claim3");
}

TEST(Grounds, SayWhyADeliveryCostAUseOrNone) {
  Story story;
  story.ask({.ranges = {}});
  story.ask_whole_by("claim1");
  EXPECT_EQ(grounds_of_delivery(story, 2), Grounds::opened) << "the button's use begins with its first byte";
  story.ask(50 * mib, mib);
  EXPECT_EQ(grounds_of_delivery(story, 3), Grounds::continued);
  story.end(2, 10 * mib);
  story.ask_whole();
  EXPECT_EQ(grounds_of_delivery(story, 4), Grounds::restarted);
  story.end(4, story.size);
  story.ask(99 * mib, mib);
  EXPECT_EQ(grounds_of_delivery(story, 5), Grounds::repeated);
  EXPECT_EQ(story.token.uses, 1);

  Story unlimited{0};
  EXPECT_EQ(unlimited.ask_whole(), Kind::unlimited);
  EXPECT_EQ(unlimited.last.grounds, Grounds::unlimited);
}

TEST(Grounds, HaveAWordEach) {
  for (const Grounds grounds :
       {Grounds::unlimited, Grounds::opened, Grounds::continued, Grounds::restarted, Grounds::repeated, Grounds::renewed})
    EXPECT_EQ(parse_grounds(to_string(grounds)), grounds);
  EXPECT_FALSE(parse_grounds("").has_value());
}

TEST(TidyDue, IsWhenSomethingHasToBeDone) {
  Story story;
  EXPECT_EQ(tidy_due(story.token), Time::max());
  story.ask({.ranges = {}});
  EXPECT_EQ(tidy_due(story.token), story.start + seconds{600});
  story.pass(10);
  story.ask_whole();
  EXPECT_EQ(tidy_due(story.token), story.start + seconds{66});
  story.tell(2, mib);
  story.pass(56);
  std::vector<DeadDelivery> dead;
  EXPECT_EQ(tidy(story.token, tidy_due(story.token) - seconds{1}, dead), story.token);
  EXPECT_NE(tidy(story.token, tidy_due(story.token), dead), story.token);
  story.end(2, story.size);
  EXPECT_EQ(tidy_due(story.token), Time::max());
}

}  // namespace
}  // namespace claimcheck
