#include <gtest/gtest.h>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using namespace test;

class TokenSweepContract : public testing::TestWithParam<PlaceKind> {
 protected:
  /// Keeps a token that ends for good at `ends`.
  Token add(int number, Time ends) {
    Token token = sample_token(number);
    token.expires_at = ends - token.rules.grace;
    token.revoked_at.reset();
    token.cleaned_at.reset();
    EXPECT_TRUE(tokens_.add(token));
    return token;
  }

  Token stored(const Token& token) { return tokens_.find(token.id).value(); }

  const Time now_ = from_unix(1'800'000'000);
  std::unique_ptr<Place> place_ = GetParam().make();
  std::unique_ptr<Stores> stores_ = place_->connect();
  TokenStore& tokens_ = stores_->tokens();
  TokenSweep& sweep_ = stores_->sweep();
  WarningSchedule& warnings_ = stores_->warnings();
};

/// Expires 1000 s and ends 1100 s after its creation.
TEST_P(TokenSweepContract, EndedTokensAreThoseRevokedOrPastTheirGraceAndNotCleaned) {
  const Token model = sample_token(0);
  const Time end = model.expires_at + model.rules.grace;
  const struct {
    int number;
    const char* name;
    bool ended;
    void (*change)(Token& token, Time end);
  } cases[] = {
      {1, "ends now", true, [](Token& token, Time end_time) { token.expires_at = end_time - token.rules.grace; }},
      {2, "ends a second later", false,
       [](Token& token, Time end_time) { token.expires_at = end_time - token.rules.grace + seconds{1}; }},
      {3, "revoked before its end", true,
       [](Token& token, Time end_time) {
         token.expires_at = end_time + seconds{1000};
         token.revoked_at = end_time - seconds{1};
       }},
      {4, "revoked by a clock that is ahead", true,
       [](Token& token, Time end_time) {
         token.expires_at = end_time + seconds{1000};
         token.revoked_at = end_time + seconds{50};
       }},
      {5, "ended and cleaned", false,
       [](Token& token, Time end_time) {
         token.expires_at = end_time - seconds{1000};
         token.cleaned_at = end_time - seconds{1};
       }},
      {6, "never expires", false, [](Token& token, Time) { token.expires_at = Time::max(); }},
      {7, "expired for long", true, [](Token& token, Time) { token.expires_at = from_unix(0); }},
  };
  std::vector<int> expected;
  for (const auto& c : cases) {
    Token token = sample_token(c.number);
    ASSERT_TRUE(tokens_.add(token)) << c.name;
    c.change(token, end);
    ASSERT_TRUE(tokens_.replace(token)) << c.name;
    if (c.ended) expected.push_back(c.number);
  }
  EXPECT_EQ(ids(sweep_.ended(end, std::nullopt, 50)), sample_uuids(expected));
  EXPECT_EQ(ids(sweep_.ended(end, std::nullopt, 2)), sample_uuids({1, 3}));
  EXPECT_EQ(ids(sweep_.ended(end, TokenId{sample_uuid(3)}, 50)), sample_uuids({4, 7}));
  EXPECT_EQ(ids(sweep_.ended(end, TokenId{sample_uuid(7)}, 50)), sample_uuids({}));
  EXPECT_EQ(sweep_.ended(end, std::nullopt, 1).front(), *tokens_.find(TokenId{sample_uuid(1)}));
}

TEST_P(TokenSweepContract, UnsettledTokensAreThoseForWhichSomethingIsDue) {
  const Time now = from_unix(1'800'000'000);
  const struct {
    int number;
    const char* name;
    bool unsettled;
    std::vector<Claim> claims;
  } cases[] = {
      {1, "no claim", false, {}},
      {2,
       "a dead delivery",
       true,
       {{.id = "c", .active = {{.id = "d", .ranges = {{0, 1}}, .last_progress = now - seconds{56}}}}}},
      {3,
       "a living one",
       false,
       {{.id = "c", .active = {{.id = "d", .ranges = {{0, 1}}, .last_progress = now - seconds{55}}}}}},
      {4, "an unused claim", true, {{.id = "c", .last_seen = now - seconds{600}}}},
      {5, "a complete claim", false, {{.id = "c", .charged = 1, .last_seen = from_unix(0), .completed = from_unix(0)}}},
      {6, "a claim that was opened a moment ago", false, {{.id = "c", .last_seen = now - seconds{599}}}},
  };
  std::vector<TokenId> expected;
  for (const auto& c : cases) {
    Token token = sample_token(c.number);
    token.claims.clear();
    ASSERT_TRUE(tokens_.add(token)) << c.name;
    token.claims = c.claims;
    ASSERT_TRUE(tokens_.replace(token)) << c.name;
    if (c.unsettled) expected.push_back(token.id);
  }
  Token added = sample_token(7);
  added.claims = cases[1].claims;
  ASSERT_TRUE(tokens_.add(added));
  expected.push_back(added.id);
  EXPECT_EQ(sweep_.unsettled(now, std::nullopt, 50), expected);
  EXPECT_EQ(sweep_.unsettled(now, std::nullopt, 1), std::vector{expected.front()});
  EXPECT_EQ(sweep_.unsettled(now, expected[1], 50), std::vector{expected.back()});
}

TEST_P(TokenSweepContract, OnlyTokensThatHaveEndedAreCleanedAndEachOnce) {
  const Token ended = add(1, now_), alive = add(2, now_ + seconds{100}), extended = add(3, now_);
  Token revoked = add(4, now_ + seconds{86400});
  revoked.revoked_at = now_;
  ASSERT_TRUE(tokens_.replace(revoked));
  Token longer = extended;
  longer.expires_at += seconds{100};
  ASSERT_TRUE(tokens_.replace(longer)) << "between the reading of a batch and its cleaning";
  const TokenId unknown{sample_uuid(9)};
  const std::vector ids{ended.id, alive.id, extended.id, revoked.id, unknown};
  EXPECT_EQ(sweep_.clean(ids, now_), 2);
  EXPECT_EQ(stored(ended).cleaned_at, now_);
  EXPECT_EQ(stored(revoked).cleaned_at, now_);
  EXPECT_FALSE(stored(alive).cleaned_at);
  EXPECT_FALSE(stored(extended).cleaned_at);
  EXPECT_EQ(sweep_.clean(ids, now_ + seconds{5}), 0) << "but for the two that are cleaned nothing had ended";
  EXPECT_FALSE(tokens_.replace(ended)) << "who read it before it was cleaned has to read it again";
}

TEST_P(TokenSweepContract, AFileIsInUseUntilEachTokenForItIsCleaned) {
  const std::string file = "2026/11/\xF0\x9F\x94\x91 it's.zip";
  Token token = sample_token(1), elsewhere = sample_token(2);
  token.file = elsewhere.file = file;
  token.revoked_at.reset();
  token.cleaned_at.reset();
  elsewhere.cleaned_at.reset();
  elsewhere.storage = "elsewhere";
  for (const Token& each : {token, elsewhere}) ASSERT_TRUE(tokens_.add(each));
  const Time end = token.expires_at + token.rules.grace, any_end = from_unix(-1);
  EXPECT_TRUE(sweep_.file_in_use("uploads", file, end - seconds{1}));
  EXPECT_FALSE(sweep_.file_in_use("uploads", file, end)) << "the grace is over";
  EXPECT_TRUE(sweep_.file_in_use("uploads", file, any_end)) << "somebody may still be reading";
  EXPECT_FALSE(sweep_.file_in_use("uploads", file + " ", any_end)) << "a space at the end makes another name";
  EXPECT_FALSE(sweep_.file_in_use("uploads", "2026/11/\xF0\x9F\x94\x91 IT'S.zip", any_end));
  token.revoked_at = token.created_at;
  ASSERT_TRUE(tokens_.replace(token));
  EXPECT_TRUE(sweep_.file_in_use("uploads", file, any_end)) << "revoked and not cleaned";
  EXPECT_EQ(sweep_.clean(std::vector{token.id}, now_), 1);
  EXPECT_FALSE(sweep_.file_in_use("uploads", file, any_end));
}

TEST_P(TokenSweepContract, WhatWasCleanedLongAgoIsForgottenWithItsFactsAFewAtATime) {
  std::vector<TokenId> ids;
  for (int number = 1; number <= 5; ++number) ids.push_back(add(number, now_).id);
  sweep_.clean(std::vector{ids[0], ids[1], ids[2]}, now_);
  sweep_.clean(std::vector{ids[3]}, now_ + seconds{10});
  EXPECT_EQ(sweep_.forget(now_ + seconds{1}, 2), 2);
  EXPECT_EQ(sweep_.forget(now_ + seconds{1}, 2), 1);
  EXPECT_EQ(sweep_.forget(now_ + seconds{1}, 2), 0);
  EXPECT_FALSE(tokens_.find(ids[0]));
  EXPECT_TRUE(tokens_.find(ids[3])) << "cleaned later";
  EXPECT_TRUE(tokens_.find(ids[4])) << "not cleaned";
  Token again = sample_token(1);
  EXPECT_TRUE(tokens_.add(again)) << "its facts are gone too, so there is no conflict";
}

TEST_P(TokenSweepContract, AWarningIsDueOnceForEachMomentOfExpiry) {
  Token token = sample_token(1), without_address = sample_token(2), without_warning = sample_token(3);
  for (Token* each : {&token, &without_address, &without_warning}) {
    each->expires_at = now_;
    each->revoked_at.reset();
    each->rules.warn_before = seconds{600};
  }
  without_address.email.clear();
  without_warning.rules.warn_before = seconds{0};
  for (const Token& each : {token, without_address, without_warning}) ASSERT_TRUE(tokens_.add(each));

  EXPECT_TRUE(warnings_.to_warn(now_ - seconds{601}, std::nullopt, 50).empty());
  const auto due = warnings_.to_warn(now_ - seconds{600}, std::nullopt, 50);
  ASSERT_EQ(due, std::vector{stored(token)});
  EXPECT_TRUE(warnings_.to_warn(now_, token.id, 50).empty()) << "after the last of the batch before";

  Token extended = due.front();
  extended.expires_at += seconds{1};
  ASSERT_TRUE(tokens_.replace(extended));
  warnings_.warned(due);
  EXPECT_EQ(warnings_.to_warn(now_, std::nullopt, 50).size(), 1) << "it was extended between the reading and the note";
  extended = stored(token);
  warnings_.warned(std::vector{extended});
  EXPECT_TRUE(warnings_.to_warn(now_, std::nullopt, 50).empty());

  extended.uses = 0;
  ASSERT_TRUE(tokens_.replace(extended)) << "a change of something else";
  EXPECT_TRUE(warnings_.to_warn(now_, std::nullopt, 50).empty());
  extended = stored(token);
  extended.expires_at += seconds{86400};
  ASSERT_TRUE(tokens_.replace(extended));
  EXPECT_TRUE(warnings_.to_warn(now_, std::nullopt, 50).empty());
  EXPECT_EQ(warnings_.to_warn(extended.expires_at, std::nullopt, 50).size(), 1) << "extended, so it is due again, later";
}

TEST_P(TokenSweepContract, AWarningIsDueAgainForATokenWhoseRevocationWasTakenBack) {
  Token token = sample_token(1);
  token.expires_at = now_;
  token.rules.warn_before = seconds{600};
  ASSERT_TRUE(tokens_.add(token));
  token = stored(token);
  token.revoked_at = now_;
  ASSERT_TRUE(tokens_.replace(token));
  EXPECT_TRUE(warnings_.to_warn(now_, std::nullopt, 50).empty());
  token = stored(token);
  token.uses = 2;
  ASSERT_TRUE(tokens_.replace(token)) << "a change of one that is revoked";
  EXPECT_TRUE(warnings_.to_warn(now_, std::nullopt, 50).empty());
  token = stored(token);
  token.revoked_at.reset();
  ASSERT_TRUE(tokens_.replace(token));
  EXPECT_EQ(warnings_.to_warn(now_, std::nullopt, 50), std::vector{stored(token)});
}

INSTANTIATE_TEST_SUITE_P(On, TokenSweepContract, testing::ValuesIn(place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
