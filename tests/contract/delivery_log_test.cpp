#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <limits>
#include <thread>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using test::sample_uuid;

class DeliveryLogContract : public testing::TestWithParam<test::PlaceKind> {
 protected:
  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  DeliveryLog& log_ = stores_->log();
  DeliveryCorrections& corrections_ = stores_->corrections();
};

DeliveryRecord sample_record(int number) {
  const Time started = from_unix(1'800'000'000);
  return {.id = sample_uuid(number),
          .token = {sample_uuid(1000)},
          .claim = "abcdefghij012345",
          .started = started,
          .ended = started + seconds{number},
          .range = {.first = 100, .length = 900},
          .sent = 50,
          .outcome = Outcome::aborted,
          .grounds = Grounds::renewed,
          .network = "2001:db8::/48"};
}

std::vector<std::string> ids(const std::vector<DeliveryRecord>& records) {
  std::vector<std::string> texts;
  for (const auto& record : records) texts.push_back(record.id);
  return texts;
}

TEST_P(DeliveryLogContract, EveryMemberComesBackAsItWasAppended) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  DeliveryRecord large = sample_record(6);
  large.range = {.first = most, .length = most};
  large.sent = most;
  large.started = large.ended = Time::max();
  DeliveryRecord bare = sample_record(7);
  bare.claim = bare.network = "";
  bare.range = {};
  bare.sent = 0;
  std::vector<DeliveryRecord> records{large, bare};
  int number = 0;
  for (const Outcome outcome :
       {Outcome::complete, Outcome::aborted, Outcome::interrupted, Outcome::handed_off, Outcome::failed}) {
    records.push_back(sample_record(++number));
    records.back().outcome = outcome;
    records.back().completed = number % 2 == 0;
  }
  for (auto& record : records) {
    record.token.text = record.id;
    log_.append({&record, 1});
    EXPECT_EQ(log_.of_token(record.token, 10), std::vector{record});
  }
}

TEST_P(DeliveryLogContract, BatchesOfAnySizeAreAppendedWhole) {
  int number = 0;
  for (const int size : {0, 1, 3, 4, 5, 63, 64, 65, 100}) {
    std::vector<DeliveryRecord> records;
    for (int i = 0; i < size; ++i) {
      records.push_back(sample_record(++number));
      records.back().grounds = i % 2 == 0 ? Grounds::restarted : Grounds::repeated;
      records.back().token.text = sample_uuid(2000 + size);
    }
    log_.append(records);
    std::ranges::reverse(records);
    EXPECT_EQ(log_.of_token({sample_uuid(2000 + size)}, 1000), records) << size;
  }
}

TEST_P(DeliveryLogContract, ABatchWithRecordsThatAreThereAlreadyAddsTheOthers) {
  std::vector<DeliveryRecord> records;
  for (int number = 1; number <= 20; ++number) records.push_back(sample_record(number));
  log_.append(std::span{records}.subspan(3, 2));
  log_.append(records);
  log_.append(records);
  EXPECT_EQ(log_.of_token({sample_uuid(1000)}, 50).size(), 20U);
}

RefusalRecord sample_refusal(std::int64_t at, std::int64_t times = 1) {
  return {.token = {sample_uuid(1000)},
          .error = "usage_limit_exceeded",
          .network = "203.0.113.0",
          .first = from_unix(at),
          .last = from_unix(at),
          .times = times};
}

TEST_P(DeliveryLogContract, RefusalsOfOneReasonNetworkAndHourAreCountedTogether) {
  constexpr std::int64_t hour = 3600, noon = 500'000 * hour;
  std::vector<RefusalRecord> refusals{sample_refusal(noon), sample_refusal(noon + 1, 5), sample_refusal(noon + hour - 1),
                                      sample_refusal(noon + hour)};
  RefusalRecord elsewhere = sample_refusal(noon + 2 * hour);
  elsewhere.network = "2001:db8::";
  refusals.push_back(elsewhere);
  RefusalRecord expired = sample_refusal(noon + 3 * hour);
  expired.error = "token_expired";
  refusals.push_back(expired);
  log_.count(refusals);
  log_.count({&refusals[1], 1});
  RefusalRecord first_hour = sample_refusal(noon, 12);
  first_hour.last = from_unix(noon + hour - 1);
  const std::vector<RefusalRecord> expected{expired, elsewhere, sample_refusal(noon + hour), first_hour};
  EXPECT_EQ(log_.refusals_of_token({sample_uuid(1000)}, 10), expected);
  EXPECT_EQ(log_.refusals_of_token({sample_uuid(1000)}, 2), (std::vector{expired, elsewhere}));
  EXPECT_TRUE(log_.refusals_of_token({sample_uuid(1001)}, 10).empty());
}

TEST_P(DeliveryLogContract, TalliesThatSeveralBeginAndAddToAtTheSameTimeAddUp) {
  constexpr int writers = 6, rounds = 10, tokens = 20;
  std::barrier start{writers};
  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < writers; ++writer)
      threads.emplace_back([&, writer] {
        const auto stores = place_->connect();
        std::vector<RefusalRecord> refusals;
        for (int token = 0; token < tokens; ++token) {
          refusals.push_back(sample_refusal(1'800'000'000 + writer));
          refusals.back().token = {sample_uuid(token)};
        }
        if (writer % 2 == 1) std::ranges::reverse(refusals);
        start.arrive_and_wait();
        for (int round = 0; round < rounds; ++round) stores->log().count(refusals);
      });
  }
  for (int token = 0; token < tokens; ++token) {
    SCOPED_TRACE(token);
    const auto tallies = log_.refusals_of_token({sample_uuid(token)}, 10);
    ASSERT_EQ(tallies.size(), 1U);
    EXPECT_EQ(tallies.front().times, writers * rounds);
    EXPECT_EQ(tallies.front().last, from_unix(1'800'000'000 + writers - 1));
  }
}

TEST_P(DeliveryLogContract, PruningRemovesTheOldestInBatchesUntilNoneAreLeftThatEndedBefore) {
  std::vector<DeliveryRecord> records;
  for (int number = 1; number <= 30; ++number) records.push_back(sample_record(number));
  for (int number = 31; number <= 40; ++number) {
    records.push_back(sample_record(number));
    records.back().ended = sample_record(1).ended;  // many at once
  }
  log_.append(records);
  const std::vector<RefusalRecord> refusals{sample_refusal(1'700'000'000), sample_refusal(1'900'000'000)};
  log_.count(refusals);
  const Time before = sample_record(25).ended;
  std::int64_t removed = 0, batch = 0, batches = 0;
  do {
    batch = log_.prune(before, 4);
    removed += batch;
    ASSERT_LT(++batches, 30);
  } while (batch > 0);
  EXPECT_EQ(removed, 24 + 10 + 1);
  EXPECT_EQ(log_.of_token({sample_uuid(1000)}, 50).size(), 6U);
  EXPECT_EQ(log_.refusals_of_token({sample_uuid(1000)}, 10), std::vector{refusals[1]});
  EXPECT_EQ(log_.prune(before, 4), 0);
}

TEST_P(DeliveryLogContract, TheNewestDeliveriesOfATokenComeFirst) {
  for (const int number : {2, 5, 1, 4, 3}) {
    const DeliveryRecord record = sample_record(number);
    log_.append({&record, 1});
  }
  DeliveryRecord other = sample_record(9);
  other.token.text = sample_uuid(1001);
  log_.append({&other, 1});
  EXPECT_EQ(ids(log_.of_token({sample_uuid(1000)}, 3)), (std::vector{sample_uuid(5), sample_uuid(4), sample_uuid(3)}));
  EXPECT_EQ(log_.of_token({sample_uuid(1000)}, 50).size(), 5U);
  EXPECT_EQ(ids(log_.of_token({sample_uuid(1002)}, 50)), std::vector<std::string>{});
}

TEST_P(DeliveryLogContract, ADeliveryIsLoggedOnce) {
  const DeliveryRecord record = sample_record(1);
  log_.append({&record, 1});
  log_.append({&record, 1});
  EXPECT_EQ(log_.of_token(record.token, 10), std::vector{record});
}

TEST_P(DeliveryLogContract, DeliveriesAreFoundByTheirIds) {
  std::vector<DeliveryRecord> records;
  for (int number = 1; number <= 300; ++number) records.push_back(sample_record(number));
  log_.append(records);
  for (const std::size_t count : {0UL, 1UL, 2UL, 127UL, 128UL, 129UL, 300UL}) {
    const auto some = std::span{records}.first(count);
    std::vector<std::string> sought{"not there", sample_uuid(5000)};
    for (const DeliveryRecord& record : some) sought.insert(sought.begin(), record.id);
    std::vector<DeliveryRecord> found = corrections_.find(sought);
    std::ranges::sort(found, {}, &DeliveryRecord::id);
    EXPECT_TRUE(std::ranges::equal(found, some)) << count;
  }
  EXPECT_TRUE(corrections_.find({}).empty());
  EXPECT_EQ(corrections_.find(std::vector{sample_uuid(7)}), std::vector{sample_record(7)});
}

TEST_P(DeliveryLogContract, OnlyTheEndOfAHandedOffDeliveryIsCorrectedAndOnlyOnce) {
  const Outcome all[] = {Outcome::complete, Outcome::aborted, Outcome::interrupted, Outcome::handed_off, Outcome::failed};
  int number = 0;
  for (const Outcome before : all) {
    for (const Outcome after : {Outcome::complete, Outcome::aborted}) {
      SCOPED_TRACE(std::string{to_string(before)} + " to " + to_string(after));
      DeliveryRecord record = sample_record(++number);
      record.outcome = before;
      log_.append({&record, 1});
      DeliveryRecord given = record;
      given.sent = 700;
      given.outcome = after;
      given.completed = true;
      given.network = "another";
      given.range = {};
      corrections_.correct(given);
      DeliveryRecord expected = record;
      if (before == Outcome::handed_off) {
        expected.sent = 700;
        expected.outcome = after;
        expected.completed = true;
      }
      EXPECT_EQ(corrections_.find(std::vector{record.id}), std::vector{expected});
      given.sent = 800;
      given.outcome = Outcome::failed;
      corrections_.correct(given);
      log_.append({&record, 1});  // its worker says again what it knew
      EXPECT_EQ(corrections_.find(std::vector{record.id}), std::vector{expected});
    }
  }
  corrections_.correct(sample_record(400));
  EXPECT_TRUE(corrections_.find(std::vector{sample_uuid(400)}).empty());
}

TEST_P(DeliveryLogContract, WhatAClaimsDeliveriesCompletedIsTakenBackOfThatClaimOnly) {
  std::vector<DeliveryRecord> records;
  for (int number = 1; number <= 4; ++number) {
    records.push_back(sample_record(number));
    records.back().completed = true;
  }
  records[2].claim = "another";
  records[3].token = {sample_uuid(2000)};
  log_.append(records);
  corrections_.take_back_completion(records[0].token, records[0].claim);
  corrections_.take_back_completion(records[0].token, records[0].claim);
  records[0].completed = records[1].completed = false;
  for (const DeliveryRecord& record : records) EXPECT_EQ(corrections_.find(std::vector{record.id}), std::vector{record});
}

INSTANTIATE_TEST_SUITE_P(On, DeliveryLogContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
