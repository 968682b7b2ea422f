#include <gtest/gtest.h>

#include <limits>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using test::sample_uuid;

class DeliveryLogContract : public testing::TestWithParam<test::PlaceKind> {
 protected:
  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  DeliveryLog& log_ = stores_->log();
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
  }
  for (auto& record : records) {
    record.token.text = record.id;
    log_.append(record);
    EXPECT_EQ(log_.of_token(record.token, 10), std::vector{record});
  }
}

TEST_P(DeliveryLogContract, TheNewestDeliveriesOfATokenComeFirst) {
  for (const int number : {2, 5, 1, 4, 3}) log_.append(sample_record(number));
  DeliveryRecord other = sample_record(9);
  other.token.text = sample_uuid(1001);
  log_.append(other);
  EXPECT_EQ(ids(log_.of_token({sample_uuid(1000)}, 3)), (std::vector{sample_uuid(5), sample_uuid(4), sample_uuid(3)}));
  EXPECT_EQ(log_.of_token({sample_uuid(1000)}, 50).size(), 5U);
  EXPECT_EQ(ids(log_.of_token({sample_uuid(1002)}, 50)), std::vector<std::string>{});
}

TEST_P(DeliveryLogContract, ADeliveryIsLoggedOnce) {
  const DeliveryRecord record = sample_record(1);
  log_.append(record);
  log_.append(record);
  EXPECT_EQ(log_.of_token(record.token, 10), std::vector{record});
}

INSTANTIATE_TEST_SUITE_P(On, DeliveryLogContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
