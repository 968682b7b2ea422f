#include "tests/unit/settlement_fixture.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;

/// Which deliveries the log says completed something.
class SettlementCompletionTest : public SettlementTest {
 protected:
  Lines completed() {
    story.flush(log, {});
    Lines names;
    for (const DeliveryRecord& record : std::exchange(log.told, {}))
      if (record.completed) names.push_back(record.id);
    std::ranges::sort(names);
    return names;
  }

  AdmittedDelivery part(int number, const std::string& name, Range range, Means means = Means::stream) {
    const Wanted wanted{.delivery = name, .ranges = {range}, .file = file, .new_claim = "claim", .means = means};
    const Admission admission = Enforcement{store.kept, pause}.admit(stored(number), wanted);
    EXPECT_NE(admission.kind, Admission::Kind::refused);
    return {.token = id_of(number),
            .claim = admission.claim,
            .size = whole,
            .stored = admission.token,
            .delivery = {.id = name, .ranges = {range}, .started = start, .last_progress = start},
            .means = means};
  }
};

TEST_F(SettlementCompletionTest, TheDeliveryThatMakesAClaimCompleteIsTheOneThatSaysSo) {
  add_token(1);
  auto first = part(1, "first", {0, 400}), second = part(1, "second", {400, 400}), third = part(1, "third", {800, 200});
  settle(long_one(std::move(third)), {.outcome = Outcome::complete, .sent = 200});
  settle(long_one(std::move(first)), {.outcome = Outcome::complete, .sent = 400});
  EXPECT_EQ(completed(), Lines{});
  settle(long_one(std::move(second)), {.outcome = Outcome::complete, .sent = 400});
  EXPECT_EQ(completed(), Lines{"second"});
  settle(part(1, "tail again", {900, 100}), {.outcome = Outcome::complete, .sent = 100});
  EXPECT_EQ(completed(), Lines{}) << "once is enough";
}

TEST_F(SettlementCompletionTest, IfTheAnswerOfTheStoreIsLostTheLogStillSaysSo) {
  auto admitted = begin(1);
  store.silent = true;
  settle(std::move(admitted), whole);
  store.silent = false;
  settle_the_rest();
  EXPECT_EQ(completed(), Lines{name_of(1)});
}

TEST_F(SettlementCompletionTest, WhatIsHandedOffCompletesAsFarAsIsKnown) {
  add_token(1);
  settle(part(1, "half", {0, 500}, Means::hand_off), {.outcome = Outcome::handed_off, .sent = 500});
  EXPECT_EQ(completed(), Lines{});
  settle(part(1, "other half", {500, 500}, Means::hand_off), {.outcome = Outcome::handed_off, .sent = 500});
  EXPECT_EQ(completed(), Lines{"other half"});
  add_token(2);
  settle(part(2, "never went out", {0, 1000}, Means::hand_off), {.outcome = Outcome::aborted, .sent = 0});
  EXPECT_EQ(completed(), Lines{});
}

TEST_F(SettlementCompletionTest, WithoutALimitWhoeverCarriesTheWholeFileCompletes) {
  add_token(1, 0);
  const struct {
    const char* name;
    Range range;
    Streamed streamed;
    bool completes;
  } cases[] = {
      {"whole", {0, 1000}, {.outcome = Outcome::complete, .sent = 1000}, true},
      {"from the middle", {500, 500}, {.outcome = Outcome::complete, .sent = 500}, false},
      {"broken off", {0, 1000}, {.outcome = Outcome::aborted, .sent = 999}, false},
  };
  for (const auto& c : cases) {
    settle(part(1, c.name, c.range), c.streamed);
    EXPECT_EQ(completed(), c.completes ? Lines{c.name} : Lines{}) << c.name;
  }
  settle(part(1, "handed off", {0, 1000}, Means::hand_off), {.outcome = Outcome::handed_off, .sent = 1000});
  EXPECT_EQ(completed(), Lines{"handed off"});
}

}  // namespace
}  // namespace claimcheck
