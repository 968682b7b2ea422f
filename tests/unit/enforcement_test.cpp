#include "core/enforcement.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <utility>

#include "core/error.h"
#include "tests/fakes.h"
#include "tests/unit/fresh_token.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr FileVersion file{.size = 1000, .mtime_ns = 7};
const Time start = from_unix(1'800'000'000);

Wanted whole(const std::string& name) {
  return {.delivery = "delivery " + name, .ranges = {{0, file.size}}, .file = file, .new_claim = "claim " + name};
}

/// A store whose replace() does what a test says, before or instead of replacing.
class OddStore final : public TokenStore {
 public:
  OddStore(Memory& memory, std::function<bool(TokenStore&, const Token&)> replace)
      : store_(memory), replace_(std::move(replace)) {}

  Time now() override { return store_.now(); }
  bool add(const Token& token) override { return store_.add(token); }
  std::optional<Token> find(const Digest& digest) override { return store_.find(digest); }
  std::optional<Token> find(const TokenId& id) override { return store_.find(id); }
  bool replace(const Token& token) override { return replace_(store_, token); }
  bool replace_uses(const Token& token) override { return replace_(store_, token); }
  std::vector<Token> list(const TokenQuery& query) override { return store_.list(query); }

 private:
  MemoryTokenStore store_;
  std::function<bool(TokenStore&, const Token&)> replace_;
};

class EnforcementTest : public testing::Test {
 protected:
  void SetUp() override { MemoryTokenStore{memory}.add(token); }

  Token stored() { return MemoryTokenStore{memory}.find(token.id).value(); }

  Memory memory;
  Token token = fresh_token(file, start);
  int pauses = 0;
  Pause pause = [this](std::chrono::milliseconds) { ++pauses; };
};

TEST_F(EnforcementTest, AnAnswerLostAfterTheCommitNeitherCostsNorGrantsAUse) {
  int calls = 0;
  OddStore store{memory, [&](TokenStore& inner, const Token& next) { return inner.replace(next) && ++calls > 1; }};
  const Admission admission = Enforcement{store, pause}.admit(token, whole("a"));
  EXPECT_EQ(admission.claim, "claim a");
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(stored().uses, 1);
  EXPECT_EQ(stored().claims.at(0).active.size(), 1U);
  const Admission second = Enforcement{store, pause}.admit(token, whole("b"));
  EXPECT_EQ(second.refusal.code, Errc::download_in_progress);
}

TEST_F(EnforcementTest, AConflictIsReadAndDecidedAgain) {
  int conflicts = 3;
  OddStore store{memory, [&](TokenStore& inner, const Token& next) { return conflicts-- <= 0 && inner.replace(next); }};
  EXPECT_EQ(Enforcement(store, pause).admit(token, whole("a")).kind, Admission::Kind::opened);
  EXPECT_EQ(pauses, 3);
}

TEST_F(EnforcementTest, EndlessConflictsAreUnavailable) {
  OddStore store{memory, [](TokenStore&, const Token&) { return false; }};
  try {
    Enforcement{store, pause}.admit(token, whole("a"));
    FAIL() << "admitted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::unavailable);
  }
  EXPECT_EQ(stored().uses, 0);
}

TEST_F(EnforcementTest, ARequestWaitsForADeliveryWhoseEndIsAboutToBeNoticed) {
  MemoryTokenStore store{memory};
  Enforcement{store, pause}.admit(token, whole("a"));
  const Pause settling = [&](std::chrono::milliseconds) {
    if (++pauses == 3)
      Enforcement{store, pause}.settle(token.id,
                                       {.claim = "claim a", .delivery = "delivery a", .ranges = {{0, file.size}}, .sent = 10});
  };
  EXPECT_EQ(Enforcement(store, settling).admit(stored(), whole("b")).kind, Admission::Kind::continued);
  EXPECT_EQ(stored().uses, 1);
}

TEST_F(EnforcementTest, SettlingTwiceIsSettlingOnceAndRevokingTwiceIsRevokingOnce) {
  MemoryTokenStore store{memory};
  Enforcement enforcement{store, pause};
  enforcement.admit(token, whole("a"));
  const Progress progress{.claim = "claim a", .delivery = "delivery a", .ranges = {{0, file.size}}, .sent = 400};
  EXPECT_TRUE(enforcement.checkpoint(token.id, {&progress, 1}).empty());
  EXPECT_TRUE(enforcement.settle(token.id, progress).ours);
  enforcement.settle(token.id, progress);
  EXPECT_EQ(enforcement.checkpoint(token.id, {&progress, 1}), std::vector<std::string>{"delivery a"});
  EXPECT_EQ(stored().claims.at(0).charged, 400U);
  const auto first = enforcement.revoke(token.id);
  memory.set_now(start + seconds{50});
  EXPECT_EQ(enforcement.revoke(token.id).value().revoked_at, first.value().revoked_at);
  EXPECT_FALSE(enforcement.revoke({"01890000-0000-7000-8000-000000000009"}).has_value());
}

TEST_F(EnforcementTest, AConflictWithARivalIsDecidedByWhatTheRivalLeft) {
  MemoryTokenStore rival{memory};
  bool first = true;
  OddStore store{memory, [&](TokenStore& inner, const Token& next) {
                   if (std::exchange(first, false)) Enforcement{rival, pause}.admit(token, whole("rival"));
                   return inner.replace(next);
                 }};
  const Admission admission = Enforcement{store, pause}.admit(token, whole("a"));
  EXPECT_EQ(admission.kind, Admission::Kind::refused);
  EXPECT_EQ(admission.refusal.code, Errc::download_in_progress);
  EXPECT_EQ(stored().uses, 1);
  EXPECT_EQ(stored().claims.at(0).id, "claim rival");
}

TEST_F(EnforcementTest, ADeliveryThatGoesOnIsWaitedForABoundedTimeAndThenRefused) {
  MemoryTokenStore store{memory};
  Enforcement{store, pause}.admit(token, whole("a"));
  std::chrono::milliseconds waited{0};
  const Pause counting = [&](std::chrono::milliseconds about) { waited += about; };
  EXPECT_EQ(Enforcement(store, counting).admit(stored(), whole("b")).refusal.code, Errc::download_in_progress);
  EXPECT_GT(waited, std::chrono::milliseconds{500});
  EXPECT_LE(waited, std::chrono::seconds{1});
}

TEST_F(EnforcementTest, ARefusalThatNoWaitingCanChangeComesAtOnceAndWritesNothing) {
  OddStore store{memory, [](TokenStore&, const Token&) {
                   ADD_FAILURE() << "nothing is to be stored";
                   return false;
                 }};
  memory.set_now(token.expires_at);
  EXPECT_EQ(Enforcement(store, pause).admit(token, whole("a")).refusal.code, Errc::token_expired);
  memory.set_now(start);
  Token unlimited = token;
  unlimited.max_uses = 0;
  EXPECT_EQ(Enforcement(store, pause).admit(unlimited, whole("b")).kind, Admission::Kind::unlimited);
  EXPECT_EQ(pauses, 0);
}

TEST_F(EnforcementTest, ATokenThatIsRemovedMeanwhileIsUnknown) {
  Memory empty;
  OddStore store{empty, [](TokenStore&, const Token&) { return false; }};
  EXPECT_EQ(thrown([&] { Enforcement(store, pause).admit(token, whole("a")); }).value().code(), Errc::invalid_token);
  const Progress progress{.claim = "claim a", .delivery = "delivery a"};
  EXPECT_EQ(Enforcement(store, pause).checkpoint(token.id, {&progress, 1}), std::vector<std::string>{"delivery a"});
  Enforcement(store, pause).settle(token.id, progress);
}

TEST_F(EnforcementTest, AStoreThatIsDownIsTheCallersToKnow) {
  OddStore store{memory, [](TokenStore&, const Token&) -> bool { throw Error{Errc::unavailable, "the store is down"}; }};
  EXPECT_EQ(thrown([&] { Enforcement(store, pause).admit(token, whole("a")); }).value().code(), Errc::unavailable);
  EXPECT_EQ(thrown([&] { Enforcement(store, pause).revoke(token.id); }).value().code(), Errc::unavailable);
  EXPECT_EQ(stored(), token);
}

TEST_F(EnforcementTest, SettlingAndRevokingSurviveConflictsButNotEndlessOnes) {
  int conflicts = 0;
  OddStore store{memory, [&](TokenStore& inner, const Token& next) { return conflicts-- <= 0 && inner.replace(next); }};
  Enforcement enforcement{store, pause};
  enforcement.admit(token, whole("a"));
  const Progress progress{.claim = "claim a", .delivery = "delivery a", .ranges = {{0, file.size}}, .sent = 400};
  conflicts = 5;
  EXPECT_TRUE(enforcement.checkpoint(token.id, {&progress, 1}).empty());
  conflicts = 5;
  enforcement.settle(token.id, progress);
  EXPECT_EQ(stored().claims.at(0).charged, 400U);
  conflicts = 1000;
  EXPECT_EQ(thrown([&] { enforcement.revoke(token.id); }).value().code(), Errc::unavailable);
  EXPECT_FALSE(stored().revoked_at.has_value());
}

TEST_F(EnforcementTest, OfSixteenThreadsAtOnceOneGetsTheSingleUse) {
  constexpr int threads = 16;
  std::atomic<int> winners = 0;
  std::barrier line{threads};
  std::vector<std::jthread> racing;
  racing.reserve(threads);
  for (int i = 0; i < threads; ++i)
    racing.emplace_back([&, i] {
      MemoryTokenStore store{memory};
      const Pause none = [](std::chrono::milliseconds) {};
      line.arrive_and_wait();
      const Admission admission = Enforcement{store, none}.admit(token, whole(std::to_string(i)));
      winners += admission.kind == Admission::Kind::refused ? 0 : 1;
    });
  racing.clear();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(stored().uses, 1);
}

}  // namespace
}  // namespace claimcheck
