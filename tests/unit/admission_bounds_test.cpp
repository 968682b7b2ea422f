#include <gtest/gtest.h>

#include <array>

#include "core/due.h"
#include "core/token_json.h"
#include "tests/unit/story.h"

namespace claimcheck {
namespace {

// Whatever the holders of a link do, its row stays small.

using namespace test;
using Kind = Admission::Kind;

TEST(Bounds, OfDeliveriesAtOnce) {
  Story story;
  for (std::size_t i = 0; i < counting::deliveries_at_once; ++i) ASSERT_NE(story.ask(i + 1, 1), Kind::refused);
  EXPECT_EQ(story.token.claims.at(0).active.size(), counting::deliveries_at_once);
  EXPECT_EQ(story.ask(1000, 1), Kind::refused);
  EXPECT_EQ(story.last.refusal.code, Errc::download_in_progress);
  story.end(1, 1);
  EXPECT_EQ(story.ask(1000, 1), Kind::continued);
}

TEST(Bounds, OfRememberedLostDeliveries) {
  Story story;
  for (int i = 0; i < 200; ++i) {
    story.ask(0, 10);
    story.pass(15);
  }
  EXPECT_EQ(story.token.claims.at(0).lost.size(), counting::lost_kept);
  EXPECT_EQ(story.token.claims.at(0).lost.back().id, "delivery199");
}

TEST(Bounds, OfIntervalsMergeOutwardAndNeverMakeAClaimCompleteByThemselves) {
  Story story;
  const std::uint64_t pieces = 2 * counting::intervals_kept;
  for (std::uint64_t i = 0; i < pieces; ++i) {
    ASSERT_NE(story.ask(1 + i * 20'000, 10), Kind::refused);
    story.end(story.requests, 10);
  }
  const Claim& claim = story.token.claims.at(0);
  EXPECT_EQ(claim.covered.runs().size(), counting::intervals_kept);
  EXPECT_GE(claim.covered.total(), pieces * 10) << "nothing that was given is forgotten";
  for (std::uint64_t i = 0; i < pieces; ++i) {
    IntervalSet with = claim.covered;
    with.add({.first = 1 + i * 20'000, .length = 10});
    ASSERT_EQ(with, claim.covered) << i;
  }
  EXPECT_EQ(claim.charged, pieces * 10) << "and no more is charged than went out";
  EXPECT_FALSE(claim.completed.has_value());
  EXPECT_LT(encode_claims(story.token.claims).size(), 64U * 1024);
}

TEST(Bounds, OfClaimsForgetFinishedOnesFirstThenTheIdlestAndNoUse) {
  Story story{1'000'000};
  for (int i = 0; i < 100; ++i) {
    story.ask_whole();
    story.end(story.requests, story.size);
    story.pass(700);
  }
  EXPECT_EQ(story.token.claims.size(), counting::finished_claims_kept);
  EXPECT_EQ(story.token.uses, 100);
  for (int i = 0; i < 400; ++i) {   // each is left half done
    story.file.mtime_ns = 100 + i;  // and cannot be continued, as the file has changed
    story.ask_whole();
    story.end(story.requests, story.size / 2);
    story.pass(1);
  }
  EXPECT_EQ(story.token.claims.size(), counting::claims_kept);
  EXPECT_EQ(story.token.uses, 500);
  EXPECT_EQ(story.token.claims.back().id, "claim500");
}

TEST(Bounds, OfClaimsForgetNoneWhoseReceiptIsOwedBeforeTheRowIsFull) {
  const auto kept_after = [](std::size_t downloads, Notify notify, bool told) {
    Story story{1'000'000};
    story.token.rules.notify = notify;
    story.token.expires_at += seconds{1'000'000};
    for (std::size_t i = 0; i < downloads; ++i) {
      story.ask_whole();
      story.end(story.requests, story.size);
      if (told) story.token = note_told(story.token, std::array{story.last.claim}).value();
      story.pass(700);
    }
    EXPECT_EQ(story.token.uses, static_cast<std::int64_t>(downloads));
    return story.token.claims.size();
  };
  const struct {
    const char* name;
    std::size_t downloads;
    Notify notify;
    bool told;
    std::size_t kept;
  } cases[] = {
      {"nobody wants to hear", 100, Notify::nobody, false, counting::finished_claims_kept},
      {"every receipt is queued", 100, Notify::support, true, counting::finished_claims_kept},
      {"no receipt is queued yet", 100, Notify::support, false, 100},
      {"none is ever queued", 300, Notify::support, false, counting::claims_kept},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(kept_after(c.downloads, c.notify, c.told), c.kept);
  }
}

TEST(Bounds, OfClaimsThatAreAllUnderWayMakeTheNextOneWait) {
  Story story{1'000'000};
  for (std::size_t i = 0; i < counting::claims_kept; ++i) ASSERT_EQ(story.ask_whole(), Kind::opened);
  EXPECT_EQ(story.ask_whole(), Kind::refused);
  EXPECT_EQ(story.last.refusal.code, Errc::download_in_progress);
  EXPECT_EQ(story.token.uses, static_cast<std::int64_t>(counting::claims_kept));
}

TEST(IntervalSet, ClosesTheSmallestGapsFirst) {
  IntervalSet set{{{0, 10}, {11, 9}, {30, 10}, {45, 5}, {100, 1}}};
  const IntervalSet before = set;
  set.merge_down_to(5);
  EXPECT_EQ(set, before);
  set.merge_down_to(3);
  EXPECT_EQ(set.runs(), (std::vector<Range>{{0, 20}, {30, 20}, {100, 1}}));
  set.merge_down_to(0);
  EXPECT_EQ(set.runs(), (std::vector<Range>{{0, 101}}));
}

}  // namespace
}  // namespace claimcheck
