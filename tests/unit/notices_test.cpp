#include "cron/notices.h"

#include "tests/unit/cron_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

class NoticesOfJobs : public CronTest {
 protected:
  void SetUp() override {
    token.facts = {{"language", "de"}};
    token.digest = Digest::of("the secret");
    link = {.about = token.id.text,
            .recipient = token.email,
            .content = {.language = "de", .links = {mailed_link(token, "the secret")}}};
  }

  MailContent warning() {
    notices.warn(token, start + seconds{100});
    EXPECT_EQ(notices.flush(), 1);
    return content(mails(MailKind::warning).back());
  }

  Token token = token_of(1);
  MailDraft link;
};

TEST_F(NoticesOfJobs, AWarningRepeatsTheLinkIfItsMailIsKept) {
  sent(link, start);
  token.uses = 1;
  const MailContent told = warning();
  EXPECT_EQ(told.language, "de");
  EXPECT_EQ(told.told_at, start);
  const MailedLink expected = mailed_link(token, "the secret");
  EXPECT_EQ(told.links, std::vector{expected}) << "as the token is now";
  EXPECT_EQ(mails(MailKind::warning).at(0).recipient, token.email);
}

TEST_F(NoticesOfJobs, AWarningRepeatsALinkThatIsStillOnItsWay) {
  const Mail waiting = make_mail(link, seal, random, start);
  outbox.add({&waiting, 1});
  const MailContent told = warning();
  EXPECT_EQ(told.links.at(0).secret, "the secret");
  EXPECT_EQ(told.told_at, std::nullopt);
}

TEST_F(NoticesOfJobs, AWarningRepeatsTheNewLinkRatherThanTheOldOne) {
  sent(link, start);
  token.digest = Digest::of("the new secret");
  link.kind = MailKind::renewal;
  link.content.links[0].secret = "the new secret";
  sent(link, start + seconds{50});
  const MailContent told = warning();
  EXPECT_EQ(told.links.at(0).secret, "the new secret");
  EXPECT_EQ(told.told_at, start + seconds{50});
}

TEST_F(NoticesOfJobs, AWarningDoesNotRepeatALinkThatWasReplacedSince) {
  sent(link, start);
  token.digest = Digest::of("a secret that no mail has told");
  const MailContent told = warning();
  EXPECT_EQ(told.links.at(0).secret, "");
  EXPECT_EQ(told.told_at, std::nullopt);
}

TEST_F(NoticesOfJobs, AWarningNamesTheDayOfAMailThatIsNotKept) {
  Mail mail = sent(link, start);
  mail.content.clear();
  outbox.replace(mail);
  const MailContent told = warning();
  EXPECT_EQ(told.links.at(0).secret, "");
  EXPECT_EQ(told.told_at, start);
}

TEST_F(NoticesOfJobs, AWarningOfALinkThatWasNeverMailedGoesWithoutIt) {
  const MailContent told = warning();
  EXPECT_EQ(told.links.at(0).secret, "");
  EXPECT_EQ(told.told_at, std::nullopt);
}

TEST_F(NoticesOfJobs, AMailThatAnotherKeyHasSealedKeepsNobodyFromBeingWarned) {
  Mail mail = sent(link, start);
  mail.content = Seal{std::string(32, 'o')}.close("{}", mail.id, random);
  outbox.replace(mail);
  const MailContent told = warning();
  EXPECT_EQ(told.links.at(0).secret, "");
  EXPECT_EQ(told.told_at, start);
}

TEST_F(NoticesOfJobs, AFailureGoesToTheOperatorOnceForEachReason) {
  for (const char* error : {"file_not_found", "file_changed", "file_not_found"})
    notices.tell_failure(token, error, start, start + seconds{5});
  EXPECT_EQ(notices.flush(), 2);
  const auto told = mails(MailKind::failure);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].recipient, "help@example.com");
  EXPECT_EQ(content(told[0]).customer, "ada@example.com");
  EXPECT_EQ(content(told[0]).at, start);
  EXPECT_EQ(content(told[0]).language, "") << "the site's, not the customer's";
}

TEST_F(NoticesOfJobs, NobodyGetsMailsWithoutAnAddress) {
  cron::Notices to_nobody{outbox, outbox, seal, random, ""};
  to_nobody.tell_failure(token, "file_changed", start, start);
  token.rules.notify = Notify::support;
  to_nobody.tell_completion(token, claim_of("claim", 1000, start), start);
  token.email.clear();
  to_nobody.warn(token, start);
  EXPECT_EQ(to_nobody.flush(), 0);
  EXPECT_TRUE(outbox.list(10).empty());
}

/// An outbox that cannot be reached at first.
class DownAtFirst final : public Outbox {
 public:
  explicit DownAtFirst(MemoryOutbox& outbox) : outbox_(outbox) {}
  std::int64_t add(std::span<const Mail> mails) override {
    if (std::exchange(down_, false)) throw Error{Errc::unavailable, "no database"};
    return outbox_.add(mails);
  }
  std::vector<Mail> due(Time now, int limit) override { return outbox_.due(now, limit); }
  std::optional<Mail> claim(const Mail& mail, Time until) override { return outbox_.claim(mail, until); }
  void replace(const Mail& mail) override { outbox_.replace(mail); }
  std::int64_t sent_since(Time since) override { return outbox_.sent_since(since); }

 private:
  MemoryOutbox& outbox_;
  bool down_ = true;
};

TEST_F(NoticesOfJobs, WhatCouldNotBeQueuedIsQueuedNextTime) {
  DownAtFirst down{outbox};
  cron::Notices own{down, outbox, seal, random, "help@example.com"};
  own.tell_failure(token, "file_changed", start, start);
  EXPECT_THROW(own.flush(), Error);
  EXPECT_EQ(own.flush(), 1);
  EXPECT_EQ(own.flush(), 0);
}

}  // namespace
}  // namespace claimcheck
