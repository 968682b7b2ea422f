#include "cron/warn.h"

#include <cstdlib>

#include "core/due.h"
#include "tests/unit/cron_fixture.h"

namespace claimcheck {
namespace {

using namespace test;
using std::chrono::hours;

class Warn : public CronTest {
 protected:
  static constexpr Time end = start + hours{24}, due = end - hours{6};

  Token add(int number, const std::function<void(Token&)>& change = [](Token&) {}) {
    Token token = token_of(number);
    token.rules.warn_before = hours{6};
    change(token);
    tokens.add(token);
    return token;
  }

  std::int64_t warn(Time now = due, cron::Mode mode = cron::Mode::real) {
    return cron::warn(tokens, log, notices, at(now, mode));
  }
};

TEST_F(Warn, GoesToWhoHasNotFetchedTheFileWhileThereIsTime) {
  const auto delivered = [&](Token& token, Range range, std::uint64_t sent) {
    token.max_uses = 0;
    const DeliveryRecord record{.id = "delivery of " + token.id.text,
                                .token = token.id,
                                .started = start,
                                .ended = start,
                                .range = range,
                                .sent = sent};
    log.append({&record, 1});
  };
  const struct {
    const char* name;
    std::function<void(Token&)> change;
    Time now;
    std::int64_t queued;
  } cases[] = {
      {"nothing fetched, a second too early", [](Token&) {}, due - seconds{1}, 0},
      {"nothing fetched", [](Token&) {}, due, 1},
      {"a run that was missed", [](Token&) {}, end - seconds{1}, 1},
      {"runs that were missed until the expiry", [](Token&) {}, end, 0},
      {"the policy does not say so", [](Token& token) { token.rules.warn_before = seconds{0}; }, end - seconds{1}, 0},
      {"nobody known", [](Token& token) { token.email.clear(); }, due, 0},
      {"revoked", [](Token& token) { token.revoked_at = start; }, due, 0},
      {"some bytes fetched", [](Token& token) { token.claims = {claim_of("a", 5)}; }, due, 1},
      {"everything fetched", [](Token& token) { token.claims = {claim_of("a", 1000, start)}; }, due, 0},
      {"everything fetched at the second attempt",
       [](Token& token) { token.claims = {claim_of("a", 5), claim_of("b", 1000, start)}; }, due, 0},
      {"without a limit: nothing fetched", [](Token& token) { token.max_uses = 0; }, due, 1},
      {"without a limit: everything fetched", [&](Token& token) { delivered(token, {0, 1000}, 1000); }, due, 0},
      {"without a limit: broken off", [&](Token& token) { delivered(token, {0, 1000}, 999); }, due, 1},
      {"without a limit: the end of it", [&](Token& token) { delivered(token, {1, 999}, 999); }, due, 1},
  };
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Token token = add(++number, c.change);
    EXPECT_EQ(warn(c.now, cron::Mode::dry_run), c.queued);
    EXPECT_FALSE(outbox.find(token.id.text, MailKind::warning).has_value());
    EXPECT_EQ(warn(c.now), c.queued);
    EXPECT_EQ(outbox.find(token.id.text, MailKind::warning).has_value(), c.queued == 1);
    EXPECT_EQ(warn(c.now), 0) << "once";
    change(token.id, [](Token& each) { each.revoked_at = start; });
  }
}

TEST_F(Warn, ComesAgainOnlyIfTheLinkWasExtended) {
  const Token token = add(1);
  EXPECT_EQ(warn(), 1);
  change(token.id, [](Token& each) { each.uses = 1; });
  EXPECT_EQ(warn(due + hours{1}), 0) << "another change";
  change(token.id, [](Token& each) { each.expires_at += hours{10}; });
  EXPECT_EQ(warn(due + hours{10} - seconds{1}), 0);
  EXPECT_EQ(warn(due + hours{10}), 1);
  const auto warnings = mails(MailKind::warning);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0].occasion, std::to_string(to_unix(end)));
  EXPECT_EQ(warnings[1].occasion, std::to_string(to_unix(end + hours{10})));
}

/// A schedule during whose work somebody extends a link.
class ExtendedMeanwhile final : public WarningSchedule {
 public:
  ExtendedMeanwhile(WarningSchedule& schedule, std::function<void()> extend)
      : schedule_(schedule), extend_(std::move(extend)) {}
  std::vector<Token> to_warn(Time now, const std::optional<TokenId>& after, int limit) override {
    return schedule_.to_warn(now, after, limit);
  }
  void warned(std::span<const Token> tokens) override {
    extend_();
    schedule_.warned(tokens);
  }

 private:
  WarningSchedule& schedule_;
  std::function<void()> extend_;
};

TEST_F(Warn, ALinkThatIsExtendedMeanwhileIsWarnedOfAtItsNewTime) {
  const Token token = add(1);
  ExtendedMeanwhile schedule{tokens, [&] { change(token.id, [](Token& each) { each.expires_at += hours{10}; }); }};
  EXPECT_EQ(cron::warn(schedule, log, notices, at(due)), 1);
  EXPECT_EQ(warn(), 0);
  EXPECT_EQ(warn(due + hours{10}), 1);
}

TEST_F(Warn, IsNotWrittenTwiceIfARunDiesBeforeItIsNoted) {
  const Token token = add(1);
  notices.warn(token, due);
  EXPECT_EQ(notices.flush(), 1);
  EXPECT_EQ(warn(), 0);
  EXPECT_EQ(mails(MailKind::warning).size(), 1U);
}

TEST_F(Warn, IsDueAtTheSameInstantWhateverTheZoneAndAcrossAChangeOfTheClocks) {
  // 2026-10-25 01:00 UTC: clocks in Berlin go from 03:00 back to 02:00; six hours before the expiry are seven on the wall.
  const Time expiry = parse_rfc3339("2026-10-25T04:30:00Z").value(), instant = parse_rfc3339("2026-10-24T22:30:00Z").value();
  const char* before = std::getenv("TZ");
  const std::string zone = before == nullptr ? "" : before;
  int number = 0;
  for (const char* each : {"UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"}) {
    SCOPED_TRACE(each);
    ::setenv("TZ", each, 1);
    ::tzset();
    const Token token = add(++number, [&](Token& changed) { changed.expires_at = expiry; });
    EXPECT_EQ(warning_due(token), instant);
    EXPECT_EQ(warn(instant - seconds{1}), 0);
    EXPECT_EQ(warn(instant), 1);
  }
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", zone.c_str(), 1);
  ::tzset();
}

TEST_F(Warn, WorksThroughMoreThanOneBatchAndStopsWhenTimeIsUp) {
  for (int i = 0; i < 450; ++i) add(i);
  int asked = 0;
  const cron::Run short_run{.now = due, .time_is_up = [&] { return ++asked > 1; }};
  EXPECT_EQ(cron::warn(tokens, log, notices, short_run), cron::batch);
  EXPECT_EQ(warn(), 450 - cron::batch);
}

}  // namespace
}  // namespace claimcheck
