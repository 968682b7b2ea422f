#include "cron/settle.h"

#include <gtest/gtest.h>

#include "tests/fakes.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr FileVersion file{.size = 1000, .mtime_ns = 7};
const Time start = from_unix(1'800'000'000);

class Settle : public testing::Test {
 protected:
  static Token token_of(int number) {
    return {.id = {"01890000-0000-7000-8000-" + std::to_string(100'000'000'000 + number)},
            .digest = Digest::of("secret " + std::to_string(number)),
            .version = file,
            .created_at = start,
            .expires_at = start + seconds{86400},
            .max_uses = 2};
  }

  static std::string name_of(int number) { return "delivery " + std::to_string(number); }

  /// A token with a delivery under way.
  Token add(int number, std::vector<Range> ranges = {{0, 1000}}) {
    const Token token = token_of(number);
    tokens.add(token);
    Enforcement{tokens, pause}.admit(token, {.delivery = name_of(number),
                                             .ranges = std::move(ranges),
                                             .file = file,
                                             .new_claim = "claim",
                                             .network = "203.0.113.0"});
    return token;
  }

  Token stored(const Token& token) { return tokens.find(token.id).value(); }

  cron::SettleReport settle(cron::Mode mode = cron::Mode::real) {
    return cron::settle(tokens, tokens, log, nullptr, pause, {.now = tokens.now(), .mode = mode});
  }

  Memory memory;
  MemoryTokenStore tokens{memory};
  MemoryDeliveryLog log{memory};
  Pause pause = [](std::chrono::milliseconds) {};
};

TEST_F(Settle, EndsWhatDeadWorkersLeftAndLogsItOnce) {
  const Token token = add(1);
  const Progress progress{.claim = "claim", .delivery = name_of(1), .ranges = {{0, 1000}}, .sent = 300};
  memory.set_now(start + seconds{5});
  Enforcement{tokens, pause}.checkpoint(token.id, {&progress, 1});
  memory.set_now(start + seconds{60});
  EXPECT_EQ(settle().interrupted, 0) << "it may still live";
  memory.set_now(start + seconds{61});
  EXPECT_EQ(settle(cron::Mode::dry_run).interrupted, 1);
  EXPECT_TRUE(log.of_token(token.id, 10).empty()) << "a dry run says so and does nothing";
  EXPECT_EQ(settle().interrupted, 1);
  EXPECT_EQ(settle().interrupted, 0);
  const DeliveryRecord expected{.id = name_of(1),
                                .token = token.id,
                                .claim = "claim",
                                .started = start,
                                .ended = start + seconds{61},
                                .range = {.first = 0, .length = 1000},
                                .sent = 300,
                                .outcome = Outcome::interrupted,
                                .grounds = Grounds::opened,
                                .network = "203.0.113.0"};
  EXPECT_EQ(log.of_token(token.id, 10), std::vector{expected});
  EXPECT_EQ(stored(token).uses, 1);
  EXPECT_EQ(stored(token).claims.at(0).charged, 300U);
}

TEST_F(Settle, GivesUnusedClaimsBack) {
  const Token token = add(1, {});
  memory.set_now(start + seconds{599});
  EXPECT_EQ(settle().given_back, 0);
  memory.set_now(start + seconds{600});
  EXPECT_EQ(settle(cron::Mode::dry_run).given_back, 1);
  EXPECT_EQ(stored(token).uses, 1);
  EXPECT_EQ(settle().given_back, 1);
  EXPECT_EQ(stored(token).uses, 0);
}

TEST_F(Settle, WorksThroughMoreThanOneBatchAndLeavesTheRestAlone) {
  for (int i = 0; i < 450; ++i) add(i);
  const Token idle = token_of(500);
  tokens.add(idle);
  memory.set_now(start + seconds{56});
  EXPECT_EQ(settle().interrupted, 450);
  EXPECT_EQ(stored(idle), idle);
}

TEST_F(Settle, AWorkerThatTurnsUpAfterwardsIsNotLoggedTwice) {
  const Token token = add(1);
  memory.set_now(start + seconds{56});
  settle();
  const Progress late{.claim = "claim", .delivery = name_of(1), .ranges = {{0, 1000}}, .sent = 400};
  EXPECT_FALSE(Enforcement(tokens, pause).settle(token.id, late).ours) << "its outcome was told by the cron";
  EXPECT_EQ(stored(token).claims.at(0).charged, 400U) << "but what it sent counts";
}

}  // namespace
}  // namespace claimcheck
