#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <limits>
#include <thread>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using test::sample_token;
using test::sample_uuid;

class TokenStoreContract : public testing::TestWithParam<test::PlaceKind> {
 protected:
  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  TokenStore& tokens_ = stores_->tokens();
  TokenSweep& sweep_ = stores_->sweep();
};

std::vector<std::string> ids(const std::vector<Token>& tokens) {
  std::vector<std::string> texts;
  for (const Token& token : tokens) texts.push_back(token.id.text);
  return texts;
}

std::vector<std::string> numbered(const std::vector<int>& numbers) {
  std::vector<std::string> texts;
  for (const int number : numbers) texts.push_back(sample_uuid(number));
  return texts;
}

std::vector<Claim> many_claims() {
  std::vector<Claim> claims(1000, sample_token(1).claims.front());
  for (std::size_t index = 0; index < claims.size(); ++index) claims[index].charged = index;
  return claims;
}

TEST_P(TokenStoreContract, EveryMemberComesBackAsItWasAdded) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto most_bytes = std::numeric_limits<std::uint64_t>::max();
  const std::string awkward = "\xF0\x9F\x94\x91 'quoted' \"twice\" \\ % _ ; -- \n\t end  ";
  const struct {
    const char* name;
    void (*change)(Token& token, const std::string& awkward);
  } cases[] = {
      {"as it is", [](Token&, const std::string&) {}},
      {"awkward text",
       [](Token& token, const std::string& text) {
         token.storage = token.file = token.filename = token.policy = token.email = text;
         token.facts = {{"note", text}};
       }},
      {"empty text",
       [](Token& token, const std::string&) {
         token.storage = token.file = token.filename = token.policy = token.email = "";
         token.facts = {{"note", ""}};
       }},
      {"the longest texts",
       [](Token& token, const std::string&) {
         token.storage = token.policy = std::string(64, 's');
         token.filename = std::string(255, 'n');
         token.email = std::string(320, 'e');
         token.file.clear();
         for (int count = 0; count < 700; ++count) token.file += "\xF0\x9F\x94\x91";
         token.facts = {{std::string(64, 'n'), std::string(255, 'v')}};
       }},
      {"no facts, no claims",
       [](Token& token, const std::string&) {
         token.facts.clear();
         token.claims.clear();
       }},
      {"a thousand claims", [](Token& token, const std::string&) { token.claims = many_claims(); }},
      {"the largest numbers",
       [](Token& token, const std::string&) {
         token.version = {.size = most_bytes, .mtime_ns = most};
         token.created_at = token.expires_at = Time::max();
         token.max_uses = token.uses = token.revision = most;
         token.claims.front().charged = most_bytes;
       }},
      {"the smallest numbers",
       [](Token& token, const std::string&) {
         token.version = {.size = 0, .mtime_ns = least};
         token.created_at = token.expires_at = from_unix(least);
         token.max_uses = token.uses = token.revision = 0;
       }},
      {"revoked and cleaned",
       [](Token& token, const std::string&) {
         token.revoked_at = from_unix(0);
         token.cleaned_at = from_unix(1);
       }},
  };
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Token token = sample_token(++number);
    c.change(token, awkward);
    EXPECT_TRUE(tokens_.add(token));
    EXPECT_EQ(tokens_.find(token.digest), token);
    EXPECT_EQ(tokens_.find(token.id), token);
    EXPECT_EQ(place_->connect()->tokens().find(token.id), token);
  }
}

TEST_P(TokenStoreContract, AnUnknownTokenIsNotFound) {
  ASSERT_TRUE(tokens_.add(sample_token(1)));
  EXPECT_EQ(tokens_.find(sample_token(2).digest), std::nullopt);
  EXPECT_EQ(tokens_.find(sample_token(2).id), std::nullopt);
  EXPECT_EQ(tokens_.find(TokenId{""}), std::nullopt);
}

TEST_P(TokenStoreContract, KeysAreFoundByExactlyTheirText) {
  Token token = sample_token(1);
  token.id.text = "abcdef00-0000-7000-8000-00000000000a";
  ASSERT_TRUE(tokens_.add(token));
  for (const char* other : {"ABCDEF00-0000-7000-8000-00000000000A", "abcdef00-0000-7000-8000-00000000000á",
                            "abcdef00-0000-7000-8000-00000000000", "abcdef00-0000-7000-8000-00000000000%"}) {
    EXPECT_EQ(tokens_.find(TokenId{other}), std::nullopt) << other;
  }
}

TEST_P(TokenStoreContract, ATokenIsAddedOnce) {
  const Token token = sample_token(1);
  ASSERT_TRUE(tokens_.add(token));
  Token same_id = sample_token(2), same_digest = sample_token(3);
  same_id.id = token.id;
  same_digest.digest = token.digest;
  EXPECT_FALSE(tokens_.add(token));
  EXPECT_FALSE(tokens_.add(same_id));
  EXPECT_FALSE(tokens_.add(same_digest));
  EXPECT_EQ(tokens_.find(token.id), token);
  EXPECT_EQ(ids(tokens_.list({})), numbered({1}));
}

TEST_P(TokenStoreContract, ReplaceWritesTheMutableStateAndNothingElse) {
  Token token = sample_token(1);
  ASSERT_TRUE(tokens_.add(token));
  Token written = sample_token(2);
  written.id = token.id;
  written.uses = 3;
  written.claims = many_claims();
  written.expires_at = from_unix(1'900'000'000);
  written.revoked_at = from_unix(1'900'000'001);
  written.cleaned_at = from_unix(1'900'000'002);
  written.email = "somebody.else@example.com";
  EXPECT_TRUE(tokens_.replace(written));

  token.uses = written.uses;
  token.claims = written.claims;
  token.expires_at = written.expires_at;
  token.revoked_at = written.revoked_at;
  token.cleaned_at = written.cleaned_at;
  token.email = written.email;
  token.facts = written.facts;
  ++token.revision;
  EXPECT_EQ(tokens_.find(token.id), token);
}

TEST_P(TokenStoreContract, ReplaceUsesWritesUsesAndClaimsAndNothingElse) {
  Token token = sample_token(1);
  ASSERT_TRUE(tokens_.add(token));
  Token written = sample_token(2);
  written.id = token.id;
  written.uses = 3;
  written.claims = many_claims();
  EXPECT_TRUE(tokens_.replace_uses(written));
  EXPECT_FALSE(tokens_.replace_uses(written)) << "it obeys the revision";

  token.uses = written.uses;
  token.claims = written.claims;
  ++token.revision;
  EXPECT_EQ(tokens_.find(token.id), token);
}

TEST_P(TokenStoreContract, ReplaceObeysTheRevision) {
  const Token token = sample_token(1);
  ASSERT_TRUE(tokens_.add(token));
  EXPECT_TRUE(tokens_.replace(token)) << "also when nothing but the revision changes";
  EXPECT_FALSE(tokens_.replace(token));
  Token ahead = token;
  ahead.revision = token.revision + 2;
  EXPECT_FALSE(tokens_.replace(ahead));
  EXPECT_FALSE(tokens_.replace(sample_token(2))) << "a token that was never added";
  EXPECT_EQ(tokens_.find(token.id)->revision, token.revision + 1);
}

TEST_P(TokenStoreContract, SeveralTokensAreFoundAtOnce) {
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

TEST_P(TokenStoreContract, SeveralTokensAreReplacedAtOnceEachIfNobodyChangedIt) {
  constexpr int count = 32;
  std::vector<Token> tokens;
  for (int number = count; number > 0; --number) {
    ASSERT_TRUE(tokens_.add(sample_token(number)));
    Token next = sample_token(number);
    next.uses = 1 + number % 2;
    next.claims.clear();
    if (number % 2 == 0) next.claims = many_claims();
    tokens.push_back(std::move(next));
  }
  TokenBatches& batches = stores_->batches();
  const auto stored = [&](const Token& token) { return tokens_.find(token.id).value(); };
  for (const std::size_t size : {2U, 3U, 16U, 32U}) {
    SCOPED_TRACE(size);
    const std::span some = std::span{tokens}.first(size);
    EXPECT_TRUE(batches.replace_uses(some));
    for (Token& token : some) {
      ++token.revision;
      EXPECT_EQ(stored(token), token);
    }
  }

  Token& changed = tokens.at(5);
  ASSERT_TRUE(tokens_.replace(changed));
  for (Token& token : tokens) token.uses = 0;
  EXPECT_FALSE(batches.replace_uses(tokens)) << "somebody changed one of them";
  for (const Token& token : tokens) {
    EXPECT_EQ(stored(token).revision, token.revision + 1);
    EXPECT_EQ(stored(token).uses == 0, token.id != changed.id) << token.id.text;
  }
}

TEST_P(TokenStoreContract, OfSixteenRacersOneWinsEachRevision) {
  constexpr int racers = 16, rounds = 20;
  Token token = sample_token(1);
  token.max_uses = 0;
  token.revision = 0;
  ASSERT_TRUE(tokens_.add(token));
  std::vector<int> winners(rounds, 0);
  std::vector<std::string> faults(racers);
  std::mutex mutex;
  std::barrier line{racers};
  std::vector<std::thread> threads;
  for (int racer = 0; racer < racers; ++racer) {
    threads.emplace_back([&, racer] {
      auto own = place_->connect();
      for (int round = 0; round < rounds; ++round) {
        line.arrive_and_wait();
        try {
          Token read = *own->tokens().find(token.id);
          line.arrive_and_wait();
          read.uses = racer;
          if (own->tokens().replace(read)) {
            const std::lock_guard guard{mutex};
            ++winners[static_cast<std::size_t>(read.revision)];
          }
        } catch (const std::exception& fault) {
          faults[static_cast<std::size_t>(racer)] = fault.what();
          line.arrive_and_drop();
          return;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(faults, std::vector<std::string>(racers));
  EXPECT_EQ(winners, std::vector<int>(rounds, 1));
  EXPECT_EQ(tokens_.find(token.id)->revision, rounds);
}

TEST_P(TokenStoreContract, ListPagesFromTheNewestToTheOldest) {
  for (const int number : {3, 1, 5, 2, 4}) ASSERT_TRUE(tokens_.add(sample_token(number)));
  const auto page = [&](std::optional<int> before, int limit) {
    const auto id = before ? std::optional{TokenId{sample_uuid(*before)}} : std::nullopt;
    return ids(tokens_.list({.before = id, .limit = limit}));
  };
  EXPECT_EQ(page(std::nullopt, 50), numbered({5, 4, 3, 2, 1}));
  EXPECT_EQ(page(std::nullopt, 2), numbered({5, 4}));
  EXPECT_EQ(page(4, 2), numbered({3, 2}));
  EXPECT_EQ(page(2, 2), numbered({1}));
  EXPECT_EQ(page(1, 2), numbered({}));
  EXPECT_EQ(page(std::nullopt, 0), numbered({}));
}

/// Expires 1000 s and ends 1100 s after its creation.
TEST_P(TokenStoreContract, EndedTokensAreThoseRevokedOrPastTheirGraceAndNotCleaned) {
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
  EXPECT_EQ(ids(sweep_.ended(end, std::nullopt, 50)), numbered(expected));
  EXPECT_EQ(ids(sweep_.ended(end, std::nullopt, 2)), numbered({1, 3}));
  EXPECT_EQ(ids(sweep_.ended(end, TokenId{sample_uuid(3)}, 50)), numbered({4, 7}));
  EXPECT_EQ(ids(sweep_.ended(end, TokenId{sample_uuid(7)}, 50)), numbered({}));
  EXPECT_EQ(sweep_.ended(end, std::nullopt, 1).front(), *tokens_.find(TokenId{sample_uuid(1)}));
}

TEST_P(TokenStoreContract, UnsettledTokensAreThoseForWhichSomethingIsDue) {
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

TEST_P(TokenStoreContract, TheClockAdvancesAndDoesNotGoBack) {
  const Time first = tokens_.now();
  EXPECT_GT(first, from_unix(1'700'000'000));
  EXPECT_GE(tokens_.now(), first);
}

INSTANTIATE_TEST_SUITE_P(On, TokenStoreContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
