#include "core/grouped_store.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/enforcement.h"
#include "tests/fakes.h"
#include "tests/unit/fresh_token.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr FileVersion file{.size = 1000, .mtime_ns = 7};
const Time start = from_unix(1'800'000'000);

Token token_of(int number, std::int64_t max_uses = 1) {
  Token token = fresh_token(file, start, max_uses);
  token.id.text = "01890000-0000-7000-8000-" + std::to_string(100'000'000'000 + number);
  token.digest = Digest::of("secret " + std::to_string(number));
  return token;
}

/// What the stores of several threads were asked.
struct Tally {
  std::atomic<int> single_reads = 0, joint_reads = 0, joint_writes = 0;
};

/// The connection of one thread. Takes its time, so that others come meanwhile, and minds the contract of TokenBatches.
class Place final : public TokenStore, public TokenBatches {
 public:
  Place(Memory& memory, Tally& tally) : store_(memory), tally_(tally) {}

  Time now() override { return store_.now(); }
  bool add(const Token& token) override { return store_.add(token); }
  std::optional<Token> find(const Digest& digest) override { return read_one(digest); }
  std::optional<Token> find(const TokenId& id) override { return read_one(id); }
  bool replace(const Token& token) override { return store_.replace(token); }
  bool replace_uses(const Token& token) override {
    std::this_thread::yield();
    return store_.replace_uses(token);
  }
  std::vector<Token> list(const TokenQuery& query) override { return store_.list(query); }

  std::vector<Token> find(std::span<const Digest> digests) override { return read(digests); }
  std::vector<Token> find(std::span<const TokenId> ids) override { return read(ids); }
  bool replace_uses(std::span<const Token* const> tokens) override {
    ++tally_.joint_writes;
    std::this_thread::yield();
    std::set<TokenId> ids;
    for (const Token* token : tokens) EXPECT_TRUE(ids.insert(token->id).second) << "all are different";
    EXPECT_LE(tokens.size(), TokenBatches::most);
    return store_.replace_uses(tokens);
  }

 private:
  template <class Key>
  std::optional<Token> read_one(const Key& key) {
    ++tally_.single_reads;
    std::this_thread::yield();
    return store_.find(key);
  }
  template <class Key>
  std::vector<Token> read(std::span<const Key> keys) {
    ++tally_.joint_reads;
    std::this_thread::yield();
    EXPECT_EQ(std::set<Key>(keys.begin(), keys.end()).size(), keys.size()) << "nothing is asked for twice";
    EXPECT_LE(keys.size(), TokenBatches::most);
    return store_.find(keys);
  }

  MemoryTokenStore store_;
  Tally& tally_;
};

class GroupedStoreTest : public testing::Test {
 protected:
  Token add(int number, std::int64_t max_uses = 1) {
    const Token token = token_of(number, max_uses);
    EXPECT_TRUE(tokens.add(token));
    return token;
  }
  Token stored(int number) { return tokens.find(token_of(number).id).value(); }

  /// Runs so many threads at once, each with its own store of one group.
  void race(int threads, const std::function<void(int thread, GroupedTokenStore& own)>& run) {
    std::barrier line{threads};
    std::vector<std::jthread> racing;
    for (int thread = 0; thread < threads; ++thread)
      racing.emplace_back([&, thread] {
        Place place{memory, tally};
        GroupedTokenStore own{place, place, group};
        line.arrive_and_wait();
        run(thread, own);
      });
  }

  Memory memory;
  MemoryTokenStore tokens{memory};
  TokenGroup group;
  Tally tally;
};

TEST_F(GroupedStoreTest, EverybodyFindsItsOwnTokenAndTwoThatAskForTheSameGetTheSame) {
  constexpr int threads = 40, times = 100, existing = 20;  // two ask for each, and more than one statement takes ask at once
  for (int i = 0; i < existing; ++i) add(i);
  std::atomic<int> wrong = 0;
  race(threads, [&](int thread, TokenStore& own) {
    const Token mine = token_of(thread % existing), unknown = token_of(1000 + thread);
    for (int i = 0; i < times; ++i) {
      wrong += own.find(mine.digest) == mine ? 0 : 1;
      wrong += own.find(mine.id) == mine ? 0 : 1;
      wrong += own.find(unknown.digest) ? 1 : 0;
      wrong += own.find(unknown.id) ? 1 : 0;
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(tally.joint_reads, 0);
  EXPECT_LT(tally.single_reads + tally.joint_reads, threads * times * 4) << "fewer statements than questions";
}

TEST_F(GroupedStoreTest, WhoeverIsAloneAsksAsWithoutAGroup) {
  const Token token = add(1);
  Place place{memory, tally};
  GroupedTokenStore own{place, place, group};
  EXPECT_EQ(own.find(token.digest), token);
  EXPECT_EQ(own.find(token.id), token);
  EXPECT_EQ(own.find(TokenId{"unknown"}), std::nullopt);
  EXPECT_TRUE(own.replace_uses(token));
  EXPECT_FALSE(own.replace_uses(token)) << "somebody has changed it since";
  EXPECT_EQ(own.now(), start);
  EXPECT_FALSE(own.add(token));
  EXPECT_EQ(own.list({}).size(), 1U);
  EXPECT_EQ(tally.joint_reads + tally.joint_writes, 0);
}

TEST_F(GroupedStoreTest, WhatNobodyWaitsForIsWrittenOnceAndToldOnce) {
  constexpr int threads = 16, tokens_each = 20;
  for (int i = 0; i < threads * tokens_each; ++i) add(i);
  std::atomic<int> written = 0, refused = 0;
  race(threads, [&](int thread, GroupedTokenStore& own) {
    const auto told = [&](const std::variant<bool, Error>& outcome) { ++(std::get<bool>(outcome) ? written : refused); };
    for (int i = 0; i < tokens_each; ++i) {
      Token token = own.find(token_of(thread * tokens_each + i).id).value();
      token.uses = 1;
      own.replace_uses_soon(token, told);
      own.replace_uses_soon(token, told);  // of the same revision: one of the two comes too late
    }
  });
  EXPECT_EQ(written + refused, 2 * threads * tokens_each);
  EXPECT_GT(written, 0);
  EXPECT_GE(refused, threads * tokens_each);
  for (int i = 0; i < threads * tokens_each; ++i) EXPECT_EQ(stored(i).revision, 1);
}

TEST_F(GroupedStoreTest, OfSixteenRacersOneWinsEachRevision) {
  constexpr int racers = 16, rounds = 50;
  const Token token = add(1);
  std::barrier line{racers};
  std::array<std::atomic<int>, rounds> winners{};
  race(racers, [&](int thread, TokenStore& own) {
    for (std::size_t round = 0; round < rounds; ++round) {
      line.arrive_and_wait();
      Token read = own.find(token.id).value();
      line.arrive_and_wait();
      read.uses = thread;
      if (own.replace_uses(read)) ++winners.at(static_cast<std::size_t>(read.revision));
    }
  });
  for (std::size_t round = 0; round < rounds; ++round) EXPECT_EQ(winners.at(round), 1) << "of round " << round;
  EXPECT_EQ(stored(1).revision, rounds);
}

TEST_F(GroupedStoreTest, OfThoseWhoChangeSeveralTokensNobodyIsToldThatItWroteWhatAnotherDid) {
  constexpr int racers = 16, rounds = 50, different = 4;
  for (int i = 0; i < different; ++i) add(i);
  std::barrier line{racers};
  std::array<std::array<std::atomic<int>, rounds>, different> winners{};  // who was told so
  std::atomic<int> wrong = 0;
  race(racers, [&](int thread, TokenStore& own) {
    const int number = thread % different;
    for (std::size_t round = 0; round < rounds; ++round) {
      line.arrive_and_wait();
      Token read = own.find(token_of(number).id).value();
      line.arrive_and_wait();
      const auto revision = static_cast<std::size_t>(read.revision);
      wrong += revision == round ? 0 : 1;
      read.uses = thread;
      const bool written = own.replace_uses(read);
      line.arrive_and_wait();
      if (!written) continue;
      ++winners.at(static_cast<std::size_t>(number)).at(revision);
      wrong += stored(number).uses == thread ? 0 : 1;
    }
  });
  EXPECT_EQ(wrong, 0);
  for (std::size_t i = 0; i < different; ++i) {
    EXPECT_EQ(stored(static_cast<int>(i)).revision, rounds) << "in each round one of them wrote, told or not";
    for (const auto& told : winners.at(i)) EXPECT_LE(told, 1);
  }
  EXPECT_GT(tally.joint_writes, 0);
}

TEST_F(GroupedStoreTest, OfSixtyFourThreadsExactlyAsManyAreAdmittedAsATokenHasUses) {
  constexpr int threads = 64, uses = 3;
  const struct {
    const char* name;
    int different;
  } cases[] = {{"all ask for the same token", 1}, {"sixteen for each of four", 4}, {"four for each of sixteen", 16}};
  int first = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    for (int i = 0; i < c.different; ++i) add(first + i, uses);
    std::mutex mutex;
    std::map<TokenId, std::set<std::string>> opened;
    std::atomic<int> admitted = 0, faults = 0;
    race(threads, [&](int thread, TokenStore& own) {
      const std::string name = std::to_string(thread);
      const Pause none = [](std::chrono::milliseconds) { std::this_thread::yield(); };
      try {
        const Token read = own.find(token_of(first + thread % c.different).digest).value();
        const Admission admission = Enforcement{own, none}.admit(
            read, {.delivery = "delivery " + name, .ranges = {{0, file.size}}, .file = file, .new_claim = "claim " + name});
        if (admission.kind == Admission::Kind::refused) return;
        ++admitted;
        const std::lock_guard guard{mutex};
        opened[read.id].insert(admission.claim);
      } catch (const Error&) {
        ++faults;
      }
    });
    EXPECT_EQ(faults, 0);
    EXPECT_EQ(admitted, uses * c.different);
    for (int i = 0; i < c.different; ++i) {
      const Token token = stored(first + i);
      EXPECT_EQ(token.uses, uses);
      std::set<std::string> claims;
      for (const Claim& claim : token.claims) claims.insert(claim.id);
      EXPECT_EQ(opened[token.id], claims) << "everybody was told of its own claim";
    }
    first += c.different;
  }
}

}  // namespace
}  // namespace claimcheck
