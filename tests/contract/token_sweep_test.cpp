#include <gtest/gtest.h>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using test::sample_token;

class TokenSweepContract : public testing::TestWithParam<test::PlaceKind> {
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
  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  TokenStore& tokens_ = stores_->tokens();
  TokenSweep& sweep_ = stores_->sweep();
  WarningSchedule& warnings_ = stores_->warnings();
};

TEST_P(TokenSweepContract, OnlyTokensThatHaveEndedAreCleanedAndEachOnce) {
  const Token ended = add(1, now_), alive = add(2, now_ + seconds{100}), extended = add(3, now_);
  Token revoked = add(4, now_ + seconds{86400});
  revoked.revoked_at = now_;
  ASSERT_TRUE(tokens_.replace(revoked));
  Token longer = extended;
  longer.expires_at += seconds{100};
  ASSERT_TRUE(tokens_.replace(longer)) << "between the reading of a batch and its cleaning";
  const TokenId unknown{test::sample_uuid(9)};
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

INSTANTIATE_TEST_SUITE_P(On, TokenSweepContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
