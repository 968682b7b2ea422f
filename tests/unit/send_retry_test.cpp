#include "tests/unit/send_fixture.h"

// What send() does about mails that do not get out.
namespace claimcheck {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::minutes;

class SendRetry : public SendTest {
 protected:
  /// Tries a mail again and again, each time when it is due. @return how long it waited after each try
  std::vector<minutes> waits(const Mail& mail, const cron::Dispatch& answer, std::size_t times) {
    std::vector<minutes> found;
    for (Time now = start; found.size() < times;) {
      transport.answers = {answer};
      send(now);
      const auto next = stored_mail(mail).next_at;
      if (!next) break;
      found.push_back(std::chrono::duration_cast<minutes>(*next - now));
      now = *next;
    }
    return found;
  }
};

TEST_F(SendRetry, AMailThatTheServerPutsOffWaitsTwiceAsLongEachTime) {
  const Mail mail = add(1);
  const std::vector<minutes> expected{minutes{5},   minutes{10},  minutes{20},  minutes{40}, minutes{80},
                                      minutes{160}, minutes{240}, minutes{240}, minutes{240}};
  EXPECT_EQ(waits(mail, {try_later, "451 greylisted"}, 9), expected);
  EXPECT_EQ(stored_mail(mail).answer, "451 greylisted");
  EXPECT_EQ(stored_mail(mail).tries, 9);
  EXPECT_EQ(stored_mail(mail).content, mail.content);
}

TEST_F(SendRetry, AServerThatCannotBeReachedIsTriedAgainByTheNextRun) {
  const std::vector<minutes> expected{minutes{5}, minutes{10}, minutes{10}, minutes{10}};
  EXPECT_EQ(waits(add(1), {unreachable, "connection refused"}, 4), expected);
}

TEST_F(SendRetry, AMailIsGivenUpAfterTwoDays) {
  const Mail mail = add(1);
  const std::size_t tries = waits(mail, {try_later, "451 later"}, 1000).size() + 1;
  const Mail over = stored_mail(mail);
  EXPECT_EQ(over.tries, static_cast<std::int64_t>(tries));
  ASSERT_TRUE(over.failed_at.has_value());
  EXPECT_GE(*over.failed_at, start + hours{48});
  EXPECT_LT(*over.failed_at, start + hours{53});
  EXPECT_EQ(over.answer, "451 later");
}

TEST_F(SendRetry, AMailThatHasWaitedForItsFirstTryGetsItsTries) {
  const Mail mail = add(1, start - hours{100});
  EXPECT_EQ(waits(mail, {try_later, "451 later"}, 1000).size(), 9U);
  EXPECT_EQ(stored_mail(mail).tries, 10);
  EXPECT_TRUE(stored_mail(mail).failed_at.has_value());
}

TEST_F(SendRetry, ARefusedMailIsNeverTriedAgain) {
  const Mail mail = add(1);
  transport.answers = {{refused, "550 no such user"}};
  const cron::SendReport report = send();
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(stored_mail(mail).failed_at, start);
  EXPECT_EQ(stored_mail(mail).answer, "550 no such user");
  EXPECT_EQ(stored_mail(mail).content, mail.content) << "so that it can be tried again by hand";
  EXPECT_EQ(send(start + hours{100}).sent, 0);
}

TEST_F(SendRetry, AServerThatCannotBeReachedThreeTimesInARowEndsTheRun) {
  for (int i = 0; i < 10; ++i) add(i, start - seconds{100 - i});
  const cron::Dispatch gone{unreachable, "connection refused"};
  transport.answers = {gone, gone, {try_later, "451 later"}, gone, gone, gone};
  const cron::SendReport report = send();
  EXPECT_EQ(transport.messages.size(), 6U);
  EXPECT_EQ(report.postponed, 6);
  EXPECT_EQ(report.fault, "connection refused");
  EXPECT_EQ(send().sent, 4) << "the others were not touched";
}

TEST_F(SendRetry, AServerThatAnswersAgainIsNoFault) {
  add(1), add(2);
  transport.answers = {{unreachable, "the session broke"}};
  EXPECT_EQ(send().fault, "");
  transport.answers = {{unreachable, "connection refused"}};
  EXPECT_EQ(send(start + hours{1}).fault, "connection refused") << "the only mail that waits";
}

TEST_F(SendRetry, WhatCannotBeHadNowIsHadLaterAndDoesNotEndTheRun) {
  const Mail mail = add(1, start - seconds{1});
  for (int i = 2; i < 8; ++i) add(i);
  composer.compose_ = [&](const Mail& each) -> cron::Composed {
    if (each.recipient != "user7@example.com") throw Error{Errc::unavailable, "the storage cannot be reached"};
    return {.sender = "shop@example.com", .message = "m", .obsolete = {}, .kept = {}};
  };
  const cron::SendReport report = send();
  EXPECT_EQ(report.postponed, 6);
  EXPECT_EQ(report.sent, 1);
  EXPECT_EQ(report.fault, "");
  EXPECT_EQ(stored_mail(mail).next_at, start + minutes{5});
  EXPECT_EQ(stored_mail(mail).answer, "the storage cannot be reached");
}

TEST_F(SendRetry, AMailThatCanNeverBeMadeFailsAndKeepsNoOtherFromItsTurn) {
  const Mail mail = add(1, start - seconds{1});
  add(2);
  const std::string long_path = std::string(299, 'x') + "Grüße";
  composer.compose_ = [&](const Mail& each) -> cron::Composed {
    if (each.id == mail.id) throw Error{Errc::file_not_found, "no file at\r\n" + long_path};
    return {.sender = "shop@example.com", .message = "m", .obsolete = {}, .kept = {}};
  };
  const cron::SendReport report = send();
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.sent, 1);
  EXPECT_EQ(stored_mail(mail).failed_at, start);
  EXPECT_EQ(stored_mail(mail).answer, "no file at " + std::string(289, 'x')) << "one line, and no half of a character";
}

}  // namespace
}  // namespace claimcheck
