#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "tests/unit/admission_steps.h"

namespace claimcheck {
namespace {

using namespace test;
using Kind = Admission::Kind;

constexpr std::uint64_t gib = 1024 * mib;

Progress progress(const Token& token, const std::string& name, std::uint64_t sent) {
  const std::string claim = admitted_before(token, name).value_or(Admission{}).claim;
  for (const Claim& each : token.claims)
    for (const ActiveDelivery& delivery : each.active)
      if (delivery.id == name) return {.claim = claim, .delivery = name, .ranges = delivery.ranges, .sent = sent};
  ADD_FAILURE() << name << " is not active";
  return {};
}

void end(Token& token, const std::string& name, std::uint64_t sent, Time now) {
  token = settle(token, progress(token, name, sent), now).value();
}

TEST(Budget, IsOneCopyAndTheRepeatsThatThePolicyGrants) {
  const struct {
    const char* name;
    std::uint64_t size;
    double retry_budget;
    std::uint64_t expected;
  } cases[] = {
      {"an empty file", 0, 1.0, mib},
      {"a small file", 10, 1.0, mib + 20},
      {"a gibibyte", gib, 1.0, 2 * gib + mib},
      {"no repeats", gib, 0.0, gib + mib},
      {"half a repeat", gib, 0.5, gib + gib / 2 + mib},
      {"a hundred repeats", gib, 100.0, 101 * gib + mib},
      {"a negative value", gib, -1.0, gib + mib},
      {"an endless value", gib, std::numeric_limits<double>::infinity(), (std::uint64_t{1} << 61) + gib + mib},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(budget(c.size, {.retry_budget = c.retry_budget}), c.expected);
  }
}

TEST(Budget, IsSpentToTheLastByteAndNoFurther) {
  const std::uint64_t size = 10 * mib;
  Token token = token_of(size, 1, 0.0);
  ask(token, "a", {{0, size}}, start);
  end(token, "a", 4 * mib, start);
  EXPECT_EQ(ask(token, "b", {{3 * mib, 7 * mib + 1}}, start).kind, Kind::refused) << "one byte more than one mebibyte again";
  EXPECT_EQ(ask(token, "c", {{3 * mib, 7 * mib}}, start).kind, Kind::continued) << "exactly one mebibyte again";
  EXPECT_EQ(ask(token, "d", {{5 * mib, 1}}, start).kind, Kind::refused) << "what is under way is reserved";
  end(token, "c", 0, start);
  EXPECT_EQ(ask(token, "e", {{5 * mib, 1}}, start).kind, Kind::continued) << "and given back when it was not sent";
}

TEST(Tail, IsFivePercentOfALargeFile) {
  const std::uint64_t size = gib, tail = size / 20;
  const struct {
    std::uint64_t length;
    Kind expected;
  } cases[] = {{tail, Kind::continued}, {tail + 1, Kind::refused}};
  for (const auto& c : cases) {
    Token token = token_of(size);
    ask(token, "a", {{0, size}}, start);
    end(token, "a", size, start);
    EXPECT_EQ(ask(token, "b", {{size - c.length, c.length}}, start).kind, c.expected) << c.length;
  }
}

TEST(Tail, ComesOutOfTheSameBudget) {
  const std::uint64_t size = 20 * mib, tail = 8 * mib;
  Token token = token_of(size);
  ask(token, "a", {{0, size}}, start);
  end(token, "a", size, start);
  for (const char* name : {"b", "c"}) {
    EXPECT_EQ(ask(token, name, {{size - tail, tail}}, start).kind, Kind::continued);
    end(token, name, tail, start);
  }
  EXPECT_EQ(ask(token, "d", {{size - tail, tail}}, start).refusal.code, Errc::usage_limit_exceeded);
}

TEST(SeveralRanges, CountAsTheBytesTheyHaveInAllAndAsBegunIfOneBegins) {
  const std::uint64_t size = 100 * mib;
  Token token = token_of(size);
  EXPECT_EQ(ask(token, "a", {{50 * mib, mib}, {0, mib}}, start).kind, Kind::opened);
  EXPECT_EQ(ask(token, "b", {{0, size}}, start).refusal.code, Errc::download_in_progress);
  EXPECT_EQ(ask(token, "c", {{60 * mib, mib}, {0, 1}}, start).refusal.code, Errc::download_in_progress);
  EXPECT_EQ(ask(token, "d", {{60 * mib, mib}, {70 * mib, mib}}, start).kind, Kind::continued);
  end(token, "d", mib + 1, start);
  end(token, "a", 2 * mib, start);
  EXPECT_EQ(token.claims.at(0).charged, 3 * mib + 1);
  EXPECT_EQ(token.claims.at(0).covered.runs(), (std::vector<Range>{{0, mib}, {50 * mib, mib}, {60 * mib, mib}, {70 * mib, 1}}));
}

TEST(NamedClaim, IsAskedBeforeTheNewerOnes) {
  const std::uint64_t size = 100 * mib;
  Token token = token_of(size, 2);
  ask(token, "a", {{0, size}}, start);
  ask(token, "b", {{0, size}}, start);
  EXPECT_EQ(ask(token, "c", {{size / 2, mib}}, start).claim, "claim b") << "the newest";
  EXPECT_EQ(ask(token, "d", {{size / 2, mib}}, start, "claim a").claim, "claim a") << "the one that is named";
  EXPECT_EQ(ask(token, "e", {{size / 2, mib}}, start, "nosuch").claim, "claim b") << "a name that does not exist";
}

TEST(Refusal, SaysHowOftenAndWhenTheLinkWasUsed) {
  Token token = token_of(100);
  ask(token, "a", {{0, 100}}, start);
  end(token, "a", 100, start + seconds{30});
  const Admission admission = ask(token, "b", {{0, 100}}, start + seconds{60});
  EXPECT_EQ(admission.refusal, (Refusal{.code = Errc::usage_limit_exceeded,
                                        .details = {{"max_uses", std::int64_t{1}},
                                                    {"uses", std::int64_t{1}},
                                                    {"last_used_at", format_rfc3339(start + seconds{30})}}}));
  EXPECT_FALSE(admission.token.has_value()) << "a refusal changes nothing";
  EXPECT_TRUE(admission.claim.empty());
}

TEST(Refusal, TellsOnlyTheNetworkFromWhichTheLinkWasUsedWhateverIsRecorded) {
  for (const char* recorded : {"203.0.113.77", "203.0.113.0"}) {
    Token token = token_of(100);
    ask(token, "a", {{0, 100}}, start);
    end(token, "a", 100, start + seconds{30});
    token.claims.at(0).network = recorded;
    const Details details = ask(token, "b", {{0, 100}}, start + seconds{60}).refusal.details;
    EXPECT_EQ(details.back(), (std::pair<std::string, Detail>{"last_used_from", "203.0.113.0"}));
  }
}

TEST(Refusal, OfATokenAsSuchIsOrderedByFinality) {
  const struct {
    const char* name;
    std::optional<Time> revoked_at;
    bool begun;
    int at;  ///< seconds after issue; expiry is 86400, grace 3600
    std::optional<Errc> expected;
  } cases[] = {
      {"live", {}, false, 0, {}},
      {"the last second", {}, false, 86399, {}},
      {"expired", {}, false, 86400, Errc::token_expired},
      {"in its grace without a claim", {}, false, 86401, Errc::token_expired},
      {"in its grace with a claim", {}, true, 89999, {}},
      {"past its grace", {}, true, 90000, Errc::token_expired},
      {"revoked and expired", start, true, 90000, Errc::token_revoked},
      {"revoked in its first second", start, false, 0, Errc::token_revoked},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Token token = token_of(100);
    if (c.begun) ask(token, "a", {{0, 100}}, start);
    token.revoked_at = c.revoked_at;
    const auto refused = refusal(token, start + seconds{c.at});
    EXPECT_EQ(refused ? std::optional{refused->code} : std::nullopt, c.expected);
  }
}

TEST(Grace, FinishesWhatIsOpenAndOpensNothingThoughAUseIsLeft) {
  const struct {
    int at;  ///< seconds after issue; expiry is 86400
    Kind expected;
  } cases[] = {{86399, Kind::opened}, {86400, Kind::refused}, {89999, Kind::refused}};
  for (const auto& c : cases) {
    Token token = token_of(100, 2);
    ask(token, "a", {{0, 100}}, start);
    end(token, "a", 100, start);
    const Admission admission = ask(token, "b", {{0, 100}}, start + seconds{c.at});
    EXPECT_EQ(admission.kind, c.expected) << c.at;
    if (c.expected == Kind::refused) {
      EXPECT_EQ(admission.refusal.code, Errc::token_expired) << c.at;
    }
  }
}

TEST(DeadDeliveries, AreAllListedWithTheirClaimsAndRemembered) {
  const std::uint64_t size = 1000 * mib;
  Token token = token_of(size, 2);
  ask(token, "a", {{0, size}}, start);
  ask(token, "b", {{0, size}}, start);
  for (int i = 0; i < 60; ++i) ask(token, "part " + std::to_string(i), {{500 * mib + static_cast<std::uint64_t>(i), 1}}, start);
  token = checkpoint(token, std::array{progress(token, "a", 3 * mib)}, start).value();
  std::vector<DeadDelivery> dead;
  token = tidy(token, start + seconds{56}, dead);
  ASSERT_EQ(dead.size(), 62U);
  const auto of_a = std::ranges::find(dead, "a", [](const DeadDelivery& each) { return each.delivery.id; });
  ASSERT_NE(of_a, dead.end());
  EXPECT_EQ(of_a->claim, "claim a");
  EXPECT_EQ(of_a->delivery.sent, 3 * mib);
  EXPECT_EQ(token.claims.at(0).charged, 3 * mib);
  EXPECT_EQ(token.claims.at(0).covered.runs(), (std::vector<Range>{{0, 3 * mib}}));
  EXPECT_EQ(token.claims.at(1).lost.size(), 61U);
  EXPECT_EQ(token.claims.at(1).lost.back().id, "part 59");
  std::vector<DeadDelivery> again;
  EXPECT_EQ(tidy(token, start + seconds{56}, again), token) << "tidying twice is tidying once";
  EXPECT_TRUE(again.empty());
}

TEST(DeadDeliveries, ThatHadSentEverythingCompleteTheirClaim) {
  const std::uint64_t size = 10 * mib;
  Token token = token_of(size);
  ask(token, "a", {{0, size}}, start);
  token = checkpoint(token, std::array{progress(token, "a", size)}, start).value();
  std::vector<DeadDelivery> dead;
  token = tidy(token, start + seconds{56}, dead);
  EXPECT_EQ(token.claims.at(0).completed, start + seconds{56});
  EXPECT_EQ(ask(token, "b", {{0, size}}, start + seconds{56}).refusal.code, Errc::usage_limit_exceeded);
}

TEST(DeadDeliveries, ThatNeverToldHowFarTheyWereNeitherGiveTheUseBackNorTakeItAway) {
  const std::uint64_t size = 10 * mib;
  Token token = token_of(size);
  ask(token, "a", {{0, size}}, start);  // sent within a second, and then the worker was killed
  const Time later = start + seconds{3600};
  const Admission again = ask(token, "b", {{0, size}}, later);
  EXPECT_EQ(again.kind, Kind::continued) << "the same use";
  EXPECT_EQ(token.uses, 1);
  end(token, "b", size, later);
  EXPECT_EQ(ask(token, "c", {{0, size}}, later).refusal.code, Errc::usage_limit_exceeded);
}

TEST(GivingBack, IsForClaimsWhoseDeliveriesAreKnownToHaveSentNothing) {
  Token token = token_of(10 * mib);
  ask(token, "a", {{0, 10 * mib}}, start);
  end(token, "a", 0, start + seconds{5});
  std::vector<DeadDelivery> dead;
  EXPECT_EQ(tidy(token, start + seconds{604}, dead).uses, 1);
  const Token given_back = tidy(token, start + seconds{605}, dead);
  EXPECT_EQ(given_back.uses, 0);
  EXPECT_TRUE(given_back.claims.empty());
}

TEST(Settling, WhatIsUnknownChangesNothing) {
  Token token = token_of(100);
  ask(token, "a", {{0, 100}}, start);
  const Progress wrong[] = {
      {.claim = "claim a", .delivery = "b", .ranges = {{0, 100}}, .sent = 5},
      {.claim = "claim b", .delivery = "a", .ranges = {{0, 100}}, .sent = 5},
      {.claim = "", .delivery = "", .ranges = {{0, 100}}, .sent = 5},
  };
  for (const Progress& each : wrong) {
    EXPECT_FALSE(settle(token, each, start).has_value());
    EXPECT_FALSE(checkpoint(token, {&each, 1}, start).has_value());
  }
}

}  // namespace
}  // namespace claimcheck
