#include "cron/send.h"

#include "tests/unit/send_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::minutes;

class Send : public SendTest {};

TEST_F(Send, EachMailGoesOutOnceThoseFirstThatWaitLongest) {
  const Mail second = add(2, start - seconds{5}), first = add(1, start - seconds{10}), third = add(3, start);
  add(4, start + seconds{1});
  EXPECT_EQ(send().sent, 3);
  EXPECT_EQ(transport.recipients, (std::vector<std::string>{"user1@example.com", "user2@example.com", "user3@example.com"}));
  EXPECT_EQ(transport.messages.at(0), "message " + first.id);
  const Mail sent = stored_mail(first);
  EXPECT_EQ(sent.sent_at, start);
  EXPECT_EQ(sent.next_at, std::nullopt);
  EXPECT_EQ(sent.failed_at, std::nullopt);
  EXPECT_EQ(sent.answer, "250 queued");
  EXPECT_EQ(sent.content, "") << "nobody needs it any more";
  EXPECT_EQ(send().sent, 0);
}

TEST_F(Send, WhatIsToBeKeptIsKept) {
  const Mail mail = add(1);
  composer.compose_ = [](const Mail& each) {
    return cron::Composed{.sender = "shop@example.com", .message = "message", .obsolete = {}, .kept = each.content};
  };
  send();
  EXPECT_EQ(stored_mail(mail).content, mail.content);
}

TEST_F(Send, NoMoreGoOutThanTheLimitsAllow) {
  const struct {
    const char* name;
    cron::SendLimits limits;
    int sent_before;
    seconds ago;
    std::int64_t sent;
  } cases[] = {
      {"so many a run", {.per_run = 3, .per_hour = 100}, 0, seconds{0}, 3},
      {"so many an hour", {.per_run = 100, .per_hour = 4}, 0, seconds{0}, 4},
      {"what went out within the hour counts", {.per_run = 100, .per_hour = 4}, 3, hours{1}, 1},
      {"what went out before does not", {.per_run = 100, .per_hour = 4}, 3, hours{1} + seconds{1}, 4},
      {"the hour is full", {.per_run = 100, .per_hour = 4}, 4, minutes{1}, 0},
      {"more than the hour allows now", {.per_run = 100, .per_hour = 4}, 9, minutes{1}, 0},
  };
  Time now = start;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    now += hours{24};
    for (int i = 0; i < c.sent_before; ++i)
      sent({.about = fmt::format("{} before {}", c.name, i), .recipient = "ada@example.com"}, now - c.ago);
    for (int i = 0; i < 10; ++i) add(static_cast<int>(to_unix(now) % 1'000'000) * 10 + i, now);
    EXPECT_EQ(send(now, c.limits, cron::Mode::dry_run).sent, c.sent);
    EXPECT_EQ(send(now, c.limits).sent, c.sent);
    while (send(now + hours{2}).sent > 0) {
    }
  }
}

TEST_F(Send, WhatDoesNotGoOutDoesNotCountAgainstTheLimits) {
  for (int i = 0; i < 10; ++i) add(i, start - seconds{100 - i});
  composer.compose_ = [](const Mail& mail) {
    const bool late = mail.created_at < start - seconds{92};
    return cron::Composed{
        .sender = "shop@example.com", .message = "m", .obsolete = late ? "the token was revoked" : "", .kept = {}};
  };
  const cron::SendReport report = send(start, {.per_run = 2, .per_hour = 100});
  EXPECT_EQ(report.obsolete, 8);
  EXPECT_EQ(report.sent, 2);
}

TEST_F(Send, AMailThatNobodyNeedsAnyMoreIsGivenUpAndForgotten) {
  const Mail mail = add(1);
  composer.compose_ = [](const Mail&) {
    return cron::Composed{.sender = "shop@example.com", .message = "", .obsolete = "the token was revoked", .kept = {}};
  };
  const cron::SendReport report = send();
  EXPECT_EQ(report.obsolete, 1);
  EXPECT_EQ(report.failed, 0);
  EXPECT_TRUE(transport.messages.empty());
  EXPECT_EQ(stored_mail(mail).failed_at, start);
  EXPECT_EQ(stored_mail(mail).answer, "the token was revoked");
  EXPECT_EQ(stored_mail(mail).content, "");
}

TEST_F(Send, ADryRunCountsWhatIsDueAndDoesNothing) {
  const Mail mail = add(1);
  add(2, start + seconds{1});
  EXPECT_EQ(send(start, plenty, cron::Mode::dry_run).sent, 1);
  EXPECT_TRUE(transport.messages.empty());
  EXPECT_EQ(stored_mail(mail), mail);
}

/// An outbox in which somebody else is always faster with one of the mails.
class SharedOutbox final : public Outbox {
 public:
  SharedOutbox(MemoryOutbox& outbox, std::string lost) : outbox_(outbox), lost_(std::move(lost)) {}
  std::int64_t add(std::span<const Mail> mails) override { return outbox_.add(mails); }
  std::vector<Mail> due(Time now, int limit) override { return outbox_.due(now, limit); }
  std::optional<Mail> claim(const Mail& mail, Time until) override {
    if (mail.id == lost_) outbox_.claim(mail, until);
    return outbox_.claim(mail, until);
  }
  void replace(const Mail& mail) override {
    if (is_down) throw Error{Errc::unavailable, "no database"};
    outbox_.replace(mail);
  }
  std::int64_t sent_since(Time since) override { return outbox_.sent_since(since); }

  bool is_down = false;

 private:
  MemoryOutbox& outbox_;
  std::string lost_;
};

TEST_F(Send, AMailThatSomebodyElseTakesFirstIsTheirs) {
  const Mail lost = add(1, start - seconds{1});
  add(2);
  SharedOutbox shared{outbox, lost.id};
  const cron::SendLimits one{.per_run = 1, .per_hour = 1};
  EXPECT_EQ(cron::send(shared, composer, transport, one, at(start)).sent, 1);
  EXPECT_EQ(transport.recipients, std::vector<std::string>{"user2@example.com"});
  EXPECT_EQ(stored_mail(lost).next_at, start + minutes{15});
}

TEST_F(Send, AMailIsInHandWhileItIsSentAndComesBackIfItsRunnerDies) {
  const Mail mail = add(1);
  transport.during_send = [&] {
    EXPECT_TRUE(outbox.due(start + minutes{15} - seconds{1}, 10).empty());
    EXPECT_EQ(outbox.due(start + minutes{15}, 10).size(), 1U);
    throw std::runtime_error{"killed"};
  };
  EXPECT_THROW(send(), std::runtime_error);
  transport.during_send = [] {};
  EXPECT_EQ(send(start + minutes{14}).sent, 0);
  EXPECT_EQ(send(start + minutes{15}).sent, 1);
  EXPECT_EQ(transport.messages.at(0), transport.messages.at(1)) << "with the same Message-ID";
}

TEST_F(Send, ADatabaseThatGoesAwayEndsTheRunBeforeAnotherMailIsSentInVain) {
  const Mail mail = add(1, start - seconds{1});
  add(2);
  SharedOutbox shared{outbox, ""};
  transport.during_send = [&] { shared.is_down = true; };
  const auto error = thrown([&] { cron::send(shared, composer, transport, plenty, at(start)); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), Errc::unavailable);
  EXPECT_EQ(transport.messages.size(), 1U);
  EXPECT_EQ(stored_mail(mail).next_at, start + minutes{15});
}

TEST_F(Send, StopsWhenTimeIsUp) {
  for (int i = 0; i < 10; ++i) add(i);
  const cron::Run short_run{.now = start, .time_is_up = [&] { return transport.messages.size() >= 4; }};
  EXPECT_EQ(cron::send(outbox, composer, transport, plenty, short_run).sent, 4);
  EXPECT_EQ(send().sent, 6);
}

}  // namespace
}  // namespace claimcheck
