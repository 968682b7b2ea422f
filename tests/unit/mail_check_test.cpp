#include "admin/mail_check.h"

#include <gtest/gtest.h>

#include "tests/fakes.h"

namespace claimcheck::admin {
namespace {

using htaccess::State;

const Time now = from_unix(1'800'000'000);

config::Config configured(MailSettings::Transport transport) {
  config::Config config;
  config.policies["default"] = Policy{};
  config.mail.transport = transport;
  config.mail.from = "downloads@example.com";
  config.mail.key = std::string(32, 'k');
  return config;
}

Mail queued(int number, Time created_at) {
  return {.id = std::to_string(number), .about = std::to_string(number), .created_at = created_at, .next_at = now};
}

TEST(MailCheck, JudgesByWhatWaitsAndWhatFailed) {
  Mail failed = queued(9, now - seconds{7200}), failed_long_ago = failed;
  failed.next_at.reset();
  failed.failed_at = now - seconds{3600};
  failed_long_ago.next_at.reset();
  failed_long_ago.failed_at = now - seconds{90'000};
  const struct {
    const char* name;
    std::vector<Mail> mails;
    State state;
    const char* said;
  } cases[] = {
      {"nothing waits", {}, State::ok, "0 mails wait"},
      {"a mail that was queued a moment ago", {queued(1, now)}, State::ok, "1 mails wait"},
      {"one that has waited for hours", {queued(1, now - seconds{4 * 3600}), queued(2, now)}, State::fault, "the first for 4h"},
      {"one that failed today", {failed}, State::warning, "1 mails failed"},
      {"one that failed the day before", {failed_long_ago}, State::ok, "none has failed"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    test::Memory memory;
    test::MemoryOutbox outbox{memory};
    outbox.add(c.mails);
    const auto findings = check_mail(configured(MailSettings::Transport::smtp), outbox, now);
    ASSERT_EQ(findings.size(), 1);
    EXPECT_EQ(findings.front().state, c.state);
    EXPECT_NE(findings.front().message.find(c.said), std::string::npos) << findings.front().message;
  }
}

TEST(MailCheck, MissesATransportOnlyWherePoliciesAskForMail) {
  test::Memory memory;
  test::MemoryOutbox outbox{memory};
  config::Config config = configured(MailSettings::Transport::off);
  EXPECT_TRUE(check_mail(config, outbox, now).empty());
  config.policies["default"].rules.warn_before = seconds{3600};
  ASSERT_EQ(check_mail(config, outbox, now).size(), 1);
  EXPECT_EQ(check_mail(config, outbox, now).front().state, State::warning);
  config = configured(MailSettings::Transport::smtp);
  config.mail.key.clear();
  config.folder = "/nonexistent";
  EXPECT_EQ(check_mail(config, outbox, now).front().state, State::fault) << "nobody can open what waits";
}

}  // namespace
}  // namespace claimcheck::admin
