#include "cron/report_failures.h"

#include "tests/unit/cron_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

class ReportFailures : public CronTest {
 protected:
  Token add(int number) {
    const Token token = token_of(number);
    tokens.add(token);
    return token;
  }

  void refuse(const Token& token, const std::string& error, Time when, const std::string& network = "203.0.113.0") {
    const RefusalRecord refusal{.token = token.id, .error = error, .network = network, .first = when, .last = when};
    log.count({&refusal, 1});
  }

  cron::FailureReport report(Time since = start, cron::Mode mode = cron::Mode::real) {
    return cron::report_failures(tokens, log, notices, since, at(start + seconds{3600}, mode));
  }
};

TEST_F(ReportFailures, TellsWhatIsTheOperatorsToMendOnceForEachTokenAndReason) {
  const Token token = add(1), other = add(2);
  refuse(token, "file_not_found", start + seconds{1});
  refuse(token, "file_not_found", start + seconds{2}, "198.51.100.0");
  refuse(token, "file_changed", start + seconds{3});
  refuse(other, "usage_limit_exceeded", start + seconds{4});
  refuse(other, "token_expired", start + seconds{5});
  EXPECT_EQ(report(start, cron::Mode::dry_run).queued, 2);
  EXPECT_TRUE(outbox.list(10).empty());
  EXPECT_EQ(notices.flush(), 0) << "a dry run leaves nothing behind";
  const cron::FailureReport told = report();
  EXPECT_EQ(told.queued, 2);
  EXPECT_EQ(told.read_until, start + seconds{3});
  EXPECT_EQ(report(told.read_until).queued, 0);
  auto failures = mails(MailKind::failure);
  ASSERT_EQ(failures.size(), 2U);
  std::ranges::sort(failures, {}, &Mail::occasion);
  EXPECT_EQ(failures[0].occasion, "file_changed");
  EXPECT_EQ(content(failures[0]).at, start + seconds{3});
  EXPECT_EQ(failures[1].occasion, "file_not_found");
  EXPECT_EQ(content(failures[1]).links.at(0).token, token.id.text);
  EXPECT_EQ(content(failures[1]).at, start + seconds{1});
}

TEST_F(ReportFailures, GoesOnWhereTheLastRunEnded) {
  const Token token = add(1), other = add(2);
  refuse(token, "file_changed", start);
  const Time until = report().read_until;
  EXPECT_EQ(until, start);
  refuse(other, "file_changed", start);
  EXPECT_EQ(report(until).queued, 1) << "also what came later in the same second";
  EXPECT_EQ(report(start + seconds{1}).queued, 0) << "what is older was looked at";
  EXPECT_EQ(report(start + seconds{1}).read_until, start + seconds{1});
}

TEST_F(ReportFailures, LooksOnceMoreAtTheLastMinuteSinceWorkersWriteALittleLate) {
  refuse(add(1), "file_changed", start);
  const Time until = report().read_until;
  refuse(add(2), "file_changed", start - seconds{60});
  refuse(add(3), "file_changed", start - seconds{61});
  const cron::FailureReport late = report(until);
  EXPECT_EQ(late.queued, 1);
  EXPECT_EQ(late.read_until, until) << "never back";
}

TEST_F(ReportFailures, ATokenThatIsGoneIsPassedOver) {
  refuse(token_of(1), "file_changed", start);
  refuse(add(2), "file_changed", start);
  EXPECT_EQ(report(start, cron::Mode::dry_run).queued, 1);
  EXPECT_EQ(report().queued, 1);
}

TEST_F(ReportFailures, WorksThroughSeveralBatches) {
  for (int i = 0; i < 450; ++i) refuse(add(i), "file_changed", start + seconds{i / 3});
  EXPECT_EQ(report().queued, 450);
}

TEST_F(ReportFailures, ASecondThatFillsABatchDoesNotKeepItFromLaterOnes) {
  for (int i = 0; i < 300; ++i) refuse(add(i), "file_changed", start);
  refuse(add(1000), "file_changed", start + seconds{5});
  const cron::FailureReport told = report();
  EXPECT_GE(told.queued, cron::batch + 1);
  EXPECT_EQ(told.read_until, start + seconds{5});
  EXPECT_TRUE(outbox.find(token_of(1000).id.text, MailKind::failure).has_value());
}

TEST_F(ReportFailures, StopsWhenTimeIsUp) {
  for (int i = 0; i < 450; ++i) refuse(add(i), "file_changed", start + seconds{i});
  int asked = 0;
  const cron::Run short_run{.now = start + seconds{3600}, .time_is_up = [&] { return ++asked > 1; }};
  const cron::FailureReport told = cron::report_failures(tokens, log, notices, start, short_run);
  EXPECT_EQ(told.queued, cron::batch);
  EXPECT_EQ(report(told.read_until).queued, 450 - cron::batch);
}

}  // namespace
}  // namespace claimcheck
