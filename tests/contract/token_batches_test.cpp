#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using namespace test;

class TokenBatchesContract : public testing::TestWithParam<PlaceKind> {
 protected:
  std::unique_ptr<Place> place_ = GetParam().make();
  std::unique_ptr<Stores> stores_ = place_->connect();
  TokenStore& tokens_ = stores_->tokens();
};

TEST_P(TokenBatchesContract, SeveralTokensAreFoundAtOnce) {
  std::vector<Digest> digests;
  std::vector<TokenId> keys;
  for (int number = 1; number <= 32; ++number) {
    ASSERT_EQ(number != 7 && tokens_.add(sample_token(number)), number != 7);
    digests.push_back(sample_token(number).digest);
    keys.push_back(sample_token(number).id);
  }
  for (const std::size_t count : {1U, 2U, 3U, 9U, 32U}) {
    SCOPED_TRACE(count);
    std::vector<Token> expected;
    for (int number = 1; number <= static_cast<int>(count); ++number)
      if (number != 7) expected.push_back(sample_token(number));
    const auto sorted = [](std::vector<Token> tokens) {
      std::ranges::sort(tokens, {}, &Token::id);
      return tokens;
    };
    EXPECT_EQ(sorted(stores_->batches().find(std::span{digests}.first(count))), expected);
    EXPECT_EQ(sorted(stores_->batches().find(std::span{keys}.first(count))), expected);
  }
}

TEST_P(TokenBatchesContract, SeveralTokensAreReplacedAtOnceEachIfNobodyChangedIt) {
  constexpr int count = 32;
  std::vector<Token> tokens;
  for (int number = count; number > 0; --number) {
    ASSERT_TRUE(tokens_.add(sample_token(number)));
    Token next = sample_token(number);
    next.uses = 1 + number % 2;
    next.claims.clear();
    if (number % 8 == 0) next.claims = many_claims();  // hundreds of kilobytes each
    tokens.push_back(std::move(next));
  }
  TokenBatches& batches = stores_->batches();
  const auto replace = [&](std::span<const Token> some) {
    std::vector<const Token*> batch;
    for (const Token& token : some) batch.push_back(&token);
    return batches.replace_uses(batch);
  };
  const auto stored = [&](const Token& token) { return tokens_.find(token.id).value(); };
  for (const std::size_t size : {2U, 3U, 16U, 32U}) {
    SCOPED_TRACE(size);
    const std::span some = std::span{tokens}.first(size);
    EXPECT_TRUE(replace(some));
    for (Token& token : some) {
      ++token.revision;
      EXPECT_EQ(stored(token), token);
    }
  }

  Token& changed = tokens.at(5);
  ASSERT_TRUE(tokens_.replace(changed));
  for (Token& token : tokens) token.uses = 0;
  EXPECT_FALSE(replace(tokens)) << "somebody changed one of them";
  for (const Token& token : tokens) {
    EXPECT_EQ(stored(token).revision, token.revision + 1);
    EXPECT_EQ(stored(token).uses == 0, token.id != changed.id) << token.id.text;
  }
}

INSTANTIATE_TEST_SUITE_P(On, TokenBatchesContract, testing::ValuesIn(place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
