#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

const Time now = from_unix(1'800'000'000);

class OutboxContract : public testing::TestWithParam<test::PlaceKind> {
 protected:
  static Mail sample(int number) {
    return {.id = test::sample_uuid(number),
            .kind = MailKind::warning,
            .about = test::sample_uuid(1000 + number),
            .occasion = "1800000000",
            .recipient = "ada@example.com",
            .content = "sealed " + std::to_string(number),
            .created_at = now - seconds{number},
            .next_at = now};
  }

  std::vector<Mail> add(int count) {
    std::vector<Mail> mails;
    for (int number = 1; number <= count; ++number) mails.push_back(sample(number));
    EXPECT_EQ(outbox_.add(mails), count);
    return mails;
  }

  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  Outbox& outbox_ = stores_->outbox();
  MailLog& log_ = stores_->mails();
};

TEST_P(OutboxContract, EveryMemberComesBackAsItWasAdded) {
  Mail mail = sample(1);
  mail.tries = 3;
  mail.sent_at = now;
  mail.failed_at = now - seconds{1};
  mail.next_at.reset();
  mail.answer = "550 no \xF0\x9F\x94\x91 here ";
  EXPECT_EQ(outbox_.add(std::vector{mail}), 1);
  EXPECT_EQ(log_.find(mail.id), mail);
  EXPECT_EQ(log_.find(mail.about, MailKind::warning), mail);
  EXPECT_EQ(log_.find(mail.about, MailKind::link), std::nullopt);
  EXPECT_EQ(log_.list(10), std::vector{mail});
}

TEST_P(OutboxContract, AMailIsQueuedOnceForEachOccasion) {
  const std::vector<Mail> first = add(20);
  Mail same = sample(101), other_kind = sample(102), other_occasion = sample(103), new_one = sample(104);
  same.about = other_kind.about = other_occasion.about = first[3].about;
  other_kind.kind = MailKind::link;
  other_occasion.occasion = "1800000001";
  EXPECT_EQ(outbox_.add(std::vector{same, other_kind, other_occasion, new_one}), 3);
  EXPECT_EQ(log_.find(same.id), std::nullopt);
  EXPECT_EQ(outbox_.add(first), 0) << "a run that died after queueing queues again";
  EXPECT_EQ(log_.list(100).size(), 23);
}

TEST_P(OutboxContract, WhatIsDueComesInTheOrderOfWaiting) {
  std::vector<Mail> mails{sample(1), sample(2), sample(3), sample(4)};
  mails[0].next_at = now + seconds{1};
  mails[1].next_at = now;
  mails[2].next_at = now - seconds{5};
  mails[3].next_at.reset();
  outbox_.add(mails);
  EXPECT_EQ(outbox_.due(now, 50), (std::vector{mails[2], mails[1]}));
  EXPECT_EQ(outbox_.due(now, 1), std::vector{mails[2]});
  const MailLog::Backlog backlog = log_.backlog(now);
  EXPECT_EQ(backlog.waiting, 3);
  EXPECT_EQ(backlog.oldest, mails[2].created_at);
}

TEST_P(OutboxContract, AMailIsTakenInHandByOneOnly) {
  constexpr int runners = 8;
  const std::vector<Mail> mails = add(10);
  std::atomic<int> claimed = 0;
  std::barrier start{runners};
  std::vector<std::jthread> threads;
  for (int i = 0; i < runners; ++i)
    threads.emplace_back([&] {
      const auto own = place_->connect();
      const std::vector<Mail> due = own->outbox().due(now, 50);
      start.arrive_and_wait();
      for (const Mail& mail : due) claimed += own->outbox().claim(mail, now + seconds{900}) ? 1 : 0;
    });
  threads.clear();
  EXPECT_EQ(claimed, 10);
  EXPECT_TRUE(outbox_.due(now, 50).empty());
  EXPECT_EQ(outbox_.due(now + seconds{900}, 50).size(), 10) << "if its holder died another gets it then";
}

TEST_P(OutboxContract, OnlyWhoHasAMailInHandWritesWhatBecameOfIt) {
  const Mail mail = add(1).front();
  auto late = outbox_.claim(mail, now + seconds{1}).value();
  auto holder = outbox_.claim(late, now + seconds{900}).value();
  late.sent_at = now;
  late.next_at.reset();
  outbox_.replace(late);
  EXPECT_EQ(log_.find(mail.id), holder) << "somebody else has it by now";
  holder.sent_at = now;
  holder.next_at.reset();
  holder.answer = "250 ok";
  holder.content.clear();
  outbox_.replace(holder);
  EXPECT_EQ(log_.find(mail.id), holder);
  EXPECT_EQ(outbox_.sent_since(now), 1);
  EXPECT_EQ(outbox_.sent_since(now + seconds{1}), 0);
}

TEST_P(OutboxContract, WhatIsOverIsEmptiedAndForgotten) {
  std::vector<Mail> mails{sample(1), sample(2), sample(3)};
  for (Mail& mail : mails) mail.about = test::sample_uuid(7);
  mails[1].occasion = "2";
  mails[2].occasion = "3";
  mails[0].next_at.reset();
  mails[0].sent_at = now;
  mails[1].next_at.reset();
  mails[1].failed_at = now + seconds{10};
  outbox_.add(mails);
  EXPECT_EQ(log_.backlog(now).failed, 1);
  log_.empty(std::vector{mails[0].about});
  EXPECT_EQ(log_.find(mails[0].id)->content, "");
  EXPECT_EQ(log_.find(mails[2].id)->content, mails[2].content) << "it is still to be sent";
  EXPECT_EQ(log_.forget(now + seconds{1}, 10), 1);
  EXPECT_EQ(log_.forget(now + seconds{11}, 10), 1);
  EXPECT_EQ(log_.list(10), std::vector{mails[2]});
}

INSTANTIATE_TEST_SUITE_P(On, OutboxContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

class RemovalsContract : public testing::TestWithParam<test::PlaceKind> {};

TEST_P(RemovalsContract, AFileIsNotedOnceWithTheNewestVersionUntilItIsDropped) {
  const auto place = GetParam().make();
  const auto stores = place->connect();
  Removals& removals = stores->removals();
  const Removal first{.storage = "uploads", .file = "2026/a.zip", .version = {.size = 5, .mtime_ns = 7}};
  Removal newer = first, padded = first, elsewhere = first;
  newer.version.mtime_ns = 8;
  padded.file += ' ';
  elsewhere.storage = "other";
  for (const Removal& each : {first, padded, elsewhere, newer, newer}) removals.add(each);
  std::vector<Removal> listed;
  for (std::string last;;) {
    const auto page = removals.list(last, 2);
    if (page.empty()) break;
    listed.insert(listed.end(), page.begin(), page.end());
    last = page.back().key();
  }
  EXPECT_EQ(listed.size(), 3);
  for (const Removal& each : {newer, padded, elsewhere})
    EXPECT_NE(std::find(listed.begin(), listed.end(), each), listed.end()) << each.storage << each.file;
  removals.drop(newer);
  removals.drop(newer);
  EXPECT_EQ(removals.list("", 10).size(), 2);
}

INSTANTIATE_TEST_SUITE_P(On, RemovalsContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
