#include <gtest/gtest.h>

#include <barrier>
#include <limits>
#include <thread>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using namespace test;

class TokenStoreContract : public testing::TestWithParam<PlaceKind> {
 protected:
  std::unique_ptr<Place> place_ = GetParam().make();
  std::unique_ptr<Stores> stores_ = place_->connect();
  TokenStore& tokens_ = stores_->tokens();
};

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
  EXPECT_EQ(ids(tokens_.list({})), sample_uuids({1}));
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
  written.max_uses = 9;
  written.bound_to = "elsewhere";
  EXPECT_TRUE(tokens_.replace(written));

  token.digest = written.digest;
  token.max_uses = written.max_uses;
  token.bound_to = written.bound_to;
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

TEST_P(TokenStoreContract, TheClockAdvancesAndDoesNotGoBack) {
  const Time first = tokens_.now();
  EXPECT_GT(first, from_unix(1'700'000'000));
  EXPECT_GE(tokens_.now(), first);
}

INSTANTIATE_TEST_SUITE_P(On, TokenStoreContract, testing::ValuesIn(place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
