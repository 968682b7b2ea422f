#include <gtest/gtest.h>

#include "tests/unit/story.h"

namespace claimcheck {
namespace {

using namespace test;
using Kind = Admission::Kind;

Kind hand_off(Story& story, std::uint64_t first, std::uint64_t length, const std::string& claim = {}) {
  return story.ask({.ranges = {{first, length}}, .named_claim = claim, .means = Means::hand_off});
}

Progress arrived(const Story& story, int request, std::uint64_t sent) {
  return {.claim = story.token.claims.at(0).id, .delivery = "delivery" + std::to_string(request), .sent = sent};
}

TEST(HandOff, CountsAsSentAtOnce) {
  Story story;
  EXPECT_EQ(hand_off(story, 0, story.size), Kind::opened);
  const Claim& claim = story.token.claims.at(0);
  EXPECT_TRUE(claim.active.empty());
  EXPECT_TRUE(claim.completed.has_value());
  EXPECT_EQ(claim.charged, story.size);
  EXPECT_EQ(hand_off(story, 0, story.size), Kind::refused);
  EXPECT_EQ(story.last.refusal.code, Errc::usage_limit_exceeded);
}

TEST(HandOff, OfTheBeginningIsRepeatedOnlyForWhoNamesTheClaimAndOnlyForTenMinutes) {
  const struct {
    const char* name;
    std::uint64_t handed;  ///< bytes from the start that were handed off
    const char* claim;
    int later;
    Kind expected;
  } cases[] = {
      {"a part, without a name", mib, "", 0, Kind::refused},
      {"a part, by its name", mib, "claim1", 600, Kind::continued},
      {"a part, by its name, too late", mib, "claim1", 601, Kind::refused},
      {"the whole file, without a name", 100 * mib, "", 0, Kind::refused},
      {"the whole file, by its name", 100 * mib, "claim1", 600, Kind::continued},
      {"the whole file, by its name, too late", 100 * mib, "claim1", 601, Kind::refused},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Story story;
    hand_off(story, 0, c.handed);
    story.pass(c.later);
    EXPECT_EQ(hand_off(story, 0, story.size, c.claim), c.expected);
    EXPECT_EQ(story.token.uses, 1);
  }
}

TEST(HandOff, OfOtherBytesHindersNobody) {
  Story story;
  EXPECT_EQ(hand_off(story, mib, mib), Kind::opened);
  EXPECT_EQ(hand_off(story, mib, mib), Kind::continued);
  EXPECT_EQ(story.ask_whole(), Kind::continued);
  EXPECT_EQ(story.token.claims.at(0).charged, 2 * mib);
}

TEST(HandOff, IsCorrectedByWhatTheWebServersLogTells) {
  Story story;
  hand_off(story, 0, story.size);
  story.token = correct(story.token, arrived(story, 1, 30 * mib), story.now).value();
  const Claim& claim = story.token.claims.at(0);
  EXPECT_EQ(claim.charged, 30 * mib);
  EXPECT_EQ(claim.covered.runs(), (std::vector<Range>{{0, 30 * mib}}));
  EXPECT_FALSE(claim.completed.has_value()) << "it was not complete after all";
  EXPECT_FALSE(correct(story.token, arrived(story, 1, 30 * mib), story.now).has_value()) << "corrected once";
  EXPECT_EQ(hand_off(story, 30 * mib, 70 * mib), Kind::continued);
  EXPECT_TRUE(story.token.claims.at(0).completed.has_value());
  EXPECT_EQ(story.token.uses, 1);
}

TEST(HandOff, ThatArrivedStaysComplete) {
  Story story;
  hand_off(story, 0, story.size);
  const auto completed = story.token.claims.at(0).completed;
  story.pass(30);
  story.token = correct(story.token, arrived(story, 1, story.size), story.now).value();
  EXPECT_EQ(story.token.claims.at(0).completed, completed);
  EXPECT_EQ(story.token.claims.at(0).charged, story.size);
}

TEST(HandOff, WhoseAcknowledgementWasLostIsFoundAgain) {
  Story story;
  hand_off(story, 0, story.size);
  EXPECT_EQ(admitted_before(story.token, "delivery1").value().claim, "claim1");
}

TEST(HandOff, OnlyTheLatestCanBeCorrectedAndOlderOnesStayCovered) {
  Story story;
  for (std::uint64_t i = 0; i < 20; ++i) hand_off(story, (2 * i + 1) * mib, mib);
  const Claim& claim = story.token.claims.at(0);
  EXPECT_EQ(claim.handed_off.size(), counting::handed_off_kept);
  EXPECT_EQ(claim.covered.total(), 4 * mib);
  EXPECT_EQ(claim.charged, 20 * mib);
  EXPECT_FALSE(correct(story.token, arrived(story, 4, 0), story.now).has_value());
  EXPECT_TRUE(correct(story.token, arrived(story, 5, 0), story.now).has_value());
}

}  // namespace
}  // namespace claimcheck
