#include "core/admission.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/fresh_token.h"

namespace claimcheck {
namespace {

constexpr std::uint64_t mib = 1024ULL * 1024;
constexpr std::uint64_t size = 100 * mib;
constexpr FileVersion file{.size = size, .mtime_ns = 7};
const Time start = from_unix(1'800'000'000);

Token fresh(std::int64_t max_uses = 1) {
  return test::fresh_token(file, start, max_uses);
}

/// A token, a clock, and requests that happen to it one after the other.
struct Story {
  Token token = fresh();
  Time now = start;
  int deliveries = 0;
  Admission last;

  /// Asks for [first, first + length); admitted or not, see `last`.
  Admission::Kind ask(std::uint64_t first, std::uint64_t length, const std::string& claim = {}, FileVersion version = file) {
    return ask_ranges({{.first = first, .length = length}}, claim, version);
  }

  Admission::Kind ask_ranges(std::vector<Range> ranges, const std::string& claim = {}, FileVersion version = file) {
    ++deliveries;
    last = decide(token,
                  {.delivery = delivery(),
                   .ranges = std::move(ranges),
                   .file = version,
                   .named_claim = claim,
                   .new_claim = "claim" + std::to_string(deliveries)},
                  now);
    if (last.token) token = *last.token;
    return last.kind;
  }

  Admission::Kind ask_whole() { return ask(0, size); }
  Admission::Kind press_button() { return ask_ranges({}); }

  std::string delivery() const { return "delivery" + std::to_string(deliveries); }

  /// The delivery admitted last has sent so much, and is over.
  void end(std::uint64_t sent) {
    const auto& active = claim().active.back();
    token = settle(token, {.claim = claim().id, .delivery = active.id, .ranges = active.ranges, .sent = sent}, now).value();
  }

  void progress(std::uint64_t sent) {
    const auto& active = claim().active.back();
    const Progress told[] = {{.claim = claim().id, .delivery = active.id, .ranges = active.ranges, .sent = sent}};
    token = checkpoint(token, told, now).value();
  }

  void pass(int length) { now += seconds{length}; }

  const Claim& claim() const { return token.claims.back(); }
};

using Kind = Admission::Kind;

TEST(Admission, AFirstRequestOpensAClaimAndASecondIsRefusedOnceItIsComplete) {
  Story story;
  EXPECT_EQ(story.ask_whole(), Kind::opened);
  EXPECT_EQ(story.token.uses, 1);
  story.end(size);
  EXPECT_TRUE(story.claim().completed.has_value());
  EXPECT_EQ(story.ask_whole(), Kind::refused);
  EXPECT_EQ(story.last.refusal.code, Errc::usage_limit_exceeded);
  EXPECT_EQ(std::get<std::int64_t>(story.last.refusal.details.at(0).second), 1);
}

TEST(Admission, ATokenWithoutALimitNeedsNoClaim) {
  Story story;
  story.token = fresh(0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(story.ask_whole(), Kind::unlimited);
  EXPECT_FALSE(story.last.token.has_value());
}

TEST(Admission, AMovingDeliveryFromTheStartStandsInTheWayAndAStalledOneDoesNot) {
  Story story;
  story.ask_whole();
  story.pass(14);
  EXPECT_EQ(story.ask_whole(), Kind::refused);
  EXPECT_EQ(story.last.refusal.code, Errc::download_in_progress);
  story.progress(size / 4);
  story.pass(14);
  EXPECT_EQ(story.ask_whole(), Kind::refused) << "it has moved 14 seconds ago";
  story.pass(1);
  EXPECT_EQ(story.ask_whole(), Kind::continued);
  EXPECT_EQ(story.token.uses, 1);
}

TEST(Admission, AnotherUseIsOpenedBesideADeliveryThatIsUnderWay) {
  Story story;
  story.token = fresh(2);
  EXPECT_EQ(story.ask_whole(), Kind::opened);
  EXPECT_EQ(story.ask_whole(), Kind::opened);
  EXPECT_EQ(story.ask_whole(), Kind::refused);
  EXPECT_EQ(story.token.uses, 2);
}

TEST(Admission, ResumingAndParallelRangesBelongToTheirClaim) {
  Story story;
  story.ask_whole();
  story.end(size * 2 / 5);
  EXPECT_EQ(story.ask(size * 2 / 5, size - size * 2 / 5), Kind::continued);
  story.end(size - size * 2 / 5);
  EXPECT_TRUE(story.claim().completed.has_value());
  EXPECT_EQ(story.token.uses, 1);

  Story parallel;
  for (std::uint64_t part = 0; part < 16; ++part)
    EXPECT_EQ(parallel.ask(part * size / 16, size / 16), part == 0 ? Kind::opened : Kind::continued);
  EXPECT_EQ(parallel.token.uses, 1);
  EXPECT_EQ(parallel.claim().active.size(), 16U);
}

TEST(Admission, SeveralRangesOfOneRequestAreCoveredInTheirOrder) {
  Story story;
  EXPECT_EQ(story.ask_ranges({{.first = 50, .length = 10}, {.first = 0, .length = 20}}), Kind::opened);
  story.end(15);
  EXPECT_EQ(story.claim().covered.runs(), (std::vector<Range>{{0, 5}, {50, 10}}));
  EXPECT_EQ(story.claim().charged, 15U);
}

TEST(Admission, ADownloadThatBrokeMayStartAgainFromZeroWithinItsBudget) {
  Story story;
  story.ask_whole();
  story.end(size * 2 / 5);
  EXPECT_EQ(story.ask_whole(), Kind::continued);
  story.end(size * 3 / 5);
  EXPECT_EQ(story.ask_whole(), Kind::continued) << "exactly two copies are paid for";
  story.end(size * 9 / 10);
  EXPECT_EQ(story.ask_whole(), Kind::refused);
  EXPECT_EQ(story.last.refusal.code, Errc::usage_limit_exceeded);
  EXPECT_EQ(story.ask(size * 9 / 10, size / 10), Kind::continued) << "the rest is still paid for";
  story.end(size / 10);
  EXPECT_TRUE(story.claim().completed.has_value());
}

TEST(Admission, FiftyFullRangesAreNoWayRoundTheLimit) {
  Story story;
  std::uint64_t out = 0;
  for (int i = 0; i < 50; ++i) {
    if (story.ask(0, size) == Kind::refused) continue;
    out += size;
    story.end(size);
    story.pass(1);
  }
  EXPECT_EQ(out, size);
  EXPECT_EQ(story.token.uses, 1);
}

TEST(Admission, AfterCompletionOnlyTheTailOrTheSameClaimIsGivenAgain) {
  const struct {
    const char* name;
    std::uint64_t first, length;
    const char* claim;
    int later;
    Kind expected;
  } cases[] = {
      {"the tail", size - 8 * mib, 8 * mib, "", 0, Kind::continued},
      {"more than the tail", size - 9 * mib, 9 * mib, "", 0, Kind::refused},
      {"the tail, at the last second", size - mib, mib, "", 600, Kind::continued},
      {"the tail, too late", size - mib, mib, "", 601, Kind::refused},
      {"the first byte", 0, 1, "", 0, Kind::refused},
      {"the whole file by the claim's name", 0, size, "claim1", 600, Kind::continued},
      {"the whole file by the claim's name, too late", 0, size, "claim1", 601, Kind::refused},
      {"the whole file by another name", 0, size, "claim2", 0, Kind::refused},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Story story;
    story.ask_whole();
    story.end(size);
    story.pass(c.later);
    EXPECT_EQ(story.ask(c.first, c.length, c.claim), c.expected);
  }
}

TEST(Admission, ExpiryEndsTheRightToBeginAndGraceTheRightToFinish) {
  const struct {
    const char* name;
    bool begun;
    int at;  ///< seconds after issue; expiry is 86400, grace 3600
    Kind expected;
    Errc code;
  } cases[] = {
      {"the last second", false, 86399, Kind::opened, {}},
      {"the second of expiry", false, 86400, Kind::refused, Errc::token_expired},
      {"begun before, the last second of grace", true, 89999, Kind::continued, {}},
      {"begun before, the end of grace", true, 90000, Kind::refused, Errc::token_expired},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Story story;
    if (c.begun) {
      story.ask_whole();
      story.end(size / 2);
    }
    story.now = start + seconds{c.at};
    EXPECT_EQ(story.ask(c.begun ? size / 2 : 0, size / 2), c.expected);
    if (c.expected == Kind::refused) {
      EXPECT_EQ(story.last.refusal.code, c.code);
    }
  }
}

TEST(Admission, ARevokedTokenOpensNothingMore) {
  Story story;
  story.ask_whole();
  story.end(size / 2);
  story.token.revoked_at = story.now;
  EXPECT_EQ(story.ask(size / 2, size / 2), Kind::refused);
  EXPECT_EQ(story.last.refusal.code, Errc::token_revoked);
}

TEST(Admission, AWorkerThatDiedLeavesAnInterruptedDeliveryAndItsUse) {
  Story story;
  story.ask_whole();
  story.pass(5);
  story.progress(30 * mib);
  story.pass(55);
  EXPECT_EQ(story.ask(30 * mib, 70 * mib), Kind::continued);
  EXPECT_TRUE(story.last.dead.empty()) << "55 seconds are not yet too many";
  story.pass(1);
  story.ask(99 * mib, mib);
  ASSERT_EQ(story.last.dead.size(), 1U);
  EXPECT_EQ(story.last.dead[0].delivery.id, "delivery1");
  EXPECT_EQ(story.last.dead[0].delivery.sent, 30 * mib);
  EXPECT_EQ(story.claim().charged, 30 * mib);
  EXPECT_EQ(story.token.uses, 1);
}

TEST(Admission, AWorkerThatTurnsUpLateIsChargedOnlyWhatIsNew) {
  Story story;
  story.ask_whole();
  story.progress(30 * mib);
  const std::vector<Range> whole{{0, size}};
  story.pass(56);
  story.ask(99 * mib, mib);
  const Progress late{.claim = "claim1", .delivery = "delivery1", .ranges = whole, .sent = 40 * mib};
  story.token = settle(story.token, late, story.now).value();
  EXPECT_EQ(story.claim().charged, 40 * mib);
  EXPECT_EQ(story.claim().covered.total(), 40 * mib);
  EXPECT_FALSE(settle(story.token, late, story.now).has_value()) << "settled twice is settled once";
  EXPECT_FALSE(checkpoint(story.token, {&late, 1}, story.now).has_value());
}

TEST(Admission, AClaimThatNeverGotAByteIsGivenBack) {
  Story story;
  EXPECT_EQ(story.press_button(), Kind::opened);
  EXPECT_EQ(story.press_button(), Kind::continued) << "pressed twice, one claim";
  EXPECT_EQ(story.token.uses, 1);
  story.pass(599);
  std::vector<DeadDelivery> dead;
  EXPECT_EQ(tidy(story.token, story.now, dead).uses, 1);
  story.pass(1);
  EXPECT_EQ(tidy(story.token, story.now, dead).uses, 0);
  story.ask_whole();
  story.end(1);
  story.pass(86000);
  EXPECT_EQ(tidy(story.token, story.now, dead).uses, 1) << "one byte is a use";
}

TEST(Admission, AReplacedFileIsAnotherDownloadWhileThereAreUses) {
  Story story;
  story.token = fresh(2);
  story.ask_whole();
  story.end(size / 2);
  EXPECT_EQ(story.ask(0, size, "", {.size = size, .mtime_ns = 8}), Kind::opened);
  EXPECT_EQ(story.token.uses, 2);
}

TEST(Admission, TheUseOfAnIncompleteDownloadIsGoodForTheFileThatReplacedIt) {
  const FileVersion replaced{.size = size, .mtime_ns = 8};
  Story story;
  story.ask_whole();
  story.end(size / 2);
  EXPECT_EQ(story.ask(0, size, "", replaced), Kind::continued);
  EXPECT_EQ(story.last.grounds, Grounds::renewed);
  EXPECT_EQ(story.token.uses, 1);
  EXPECT_EQ(story.claim().charged, size / 2) << "what the old file cost stays charged";
  EXPECT_EQ(story.claim().covered.total(), 0U) << "and covers nothing of the new one";
  story.end(size);
  EXPECT_TRUE(story.claim().completed.has_value());
  EXPECT_EQ(story.ask(0, size, "", {.size = size, .mtime_ns = 9}), Kind::refused) << "a complete copy was had";

  Story moving;
  moving.ask_whole();
  EXPECT_EQ(moving.ask(0, size, "", replaced), Kind::refused) << "the old one is still going out";
  moving.pass(15);
  EXPECT_EQ(moving.ask(0, size, "", replaced), Kind::continued);
  EXPECT_EQ(moving.last.dead.size(), 1U) << "until it stands still: then it is given up";
}

TEST(Admission, AnEmptyFileIsDownloadedOnceToo) {
  Story story;
  const FileVersion empty{.size = 0, .mtime_ns = 1};
  EXPECT_EQ(story.ask(0, 0, "", empty), Kind::opened);
  story.end(0);
  EXPECT_TRUE(story.claim().completed.has_value());
  EXPECT_EQ(story.ask(0, 0, "", empty), Kind::refused);
}

TEST(Admission, ALostAcknowledgementIsFoundByTheDeliverysName) {
  Story story;
  story.ask_whole();
  EXPECT_EQ(admitted_before(story.token, "delivery1").value().claim, "claim1");
  EXPECT_FALSE(admitted_before(story.token, "delivery2").has_value());
}

TEST(Admission, FinishedClaimsAreForgottenInTheEndButTheirUsesAreNot) {
  Story story;
  story.token = fresh(1000);
  for (int i = 0; i < 100; ++i) {
    story.ask_whole();
    story.end(size);
    story.pass(700);
  }
  EXPECT_EQ(story.token.uses, 100);
  EXPECT_LE(story.token.claims.size(), counting::finished_claims_kept);
}

/// Whatever clients do, in whatever order: the limits hold after every step.
TEST(Admission, NoWalkOfAHundredThousandStepsBreaksALimit) {
  std::mt19937 random{20261121};
  const auto pick = [&](std::uint64_t below) { return std::uniform_int_distribution<std::uint64_t>{0, below - 1}(random); };
  int opened = 0;
  for (int round = 0; round < 500; ++round) {
    Story story;
    story.token = fresh(static_cast<std::int64_t>(pick(3)) + 1);
    for (int step = 0; step < 200; ++step) {
      story.pass(static_cast<int>(pick(40)));
      switch (pick(4)) {
        case 0:
          opened += story.ask_whole() == Kind::opened ? 1 : 0;
          break;
        case 1: {
          const std::uint64_t first = pick(size);
          story.ask(first, 1 + pick(size - first), pick(2) == 0 ? "" : "claim1");
          break;
        }
        default: {
          if (story.token.claims.empty()) break;
          const Claim& claim = story.token.claims[pick(story.token.claims.size())];
          if (claim.active.empty()) break;
          const ActiveDelivery& delivery = claim.active[pick(claim.active.size())];
          const std::uint64_t length = total_length(delivery.ranges), sent = delivery.sent + pick(length - delivery.sent + 1);
          const Progress progress{.claim = claim.id, .delivery = delivery.id, .ranges = delivery.ranges, .sent = sent};
          story.token = pick(2) == 0 ? settle(story.token, progress, story.now).value()
                                     : checkpoint(story.token, {&progress, 1}, story.now).value();
        }
      }
      ASSERT_LE(story.token.uses, story.token.max_uses);
      ASSERT_GE(story.token.uses, 0);
      for (const Claim& claim : story.token.claims) {
        std::uint64_t bytes = claim.charged, moving_from_start = 0;
        for (const ActiveDelivery& delivery : claim.active) {
          bytes += total_length(delivery.ranges);
          const bool moving = story.now - delivery.last_progress < counting::stalled_after;
          moving_from_start += moving && delivery.ranges.front().first == 0 && delivery.started == story.now ? 1U : 0U;
        }
        ASSERT_LE(bytes, budget(size, story.token.rules));
        ASSERT_LE(moving_from_start, 1U);
      }
    }
  }
  EXPECT_GT(opened, 400) << "the walk did something";
}

}  // namespace
}  // namespace claimcheck
