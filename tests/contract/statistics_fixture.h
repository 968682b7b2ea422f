#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "tests/contract/places.h"

namespace claimcheck::test {

/// 2027-01-15 08:00 UTC.
inline constexpr Time statistics_now = from_unix(1'800'000'000);

/// What a response is to be; the rest is that of a file of 1,000 bytes.
struct Response {
  int token = 1;
  std::string claim = "claim";
  std::int64_t ended = 0;  ///< seconds after statistics_now
  Outcome outcome = Outcome::complete;
  Grounds grounds = Grounds::opened;
  bool completed = false;
  std::uint64_t first = 0;
  std::uint64_t sent = 1000;
};

/// Numbers by what they are of: "started", "completed" …, the words of refusals, and "bytes".
using Numbers = std::map<std::string, std::int64_t>;

/// Only what is not 0.
inline Numbers numbers_of(const Summary& summary) {
  Numbers numbers;
  for (const DownloadEvent event : download_events) numbers[to_string(event)] = summary.totals.of(event);
  for (const auto& [error, times] : summary.refusals) numbers[error] = times;
  numbers["bytes"] = static_cast<std::int64_t>(summary.totals.bytes);
  std::erase_if(numbers, [](const auto& entry) { return entry.second == 0; });
  return numbers;
}

class StatisticsFixture : public testing::TestWithParam<PlaceKind> {
 protected:
  void add_token(int number, const std::string& policy, const std::string& email = "", const std::string& platform = "") {
    Token token = sample_token(number);
    token.policy = policy;
    token.email = email;
    if (!platform.empty()) token.facts["platform"] = platform;
    ASSERT_TRUE(stores_->tokens().add(token));
  }

  void log(const Response& response) {
    const Time ended = statistics_now + seconds{response.ended};
    const DeliveryRecord record{.id = sample_uuid(++responses_),
                                .token = {sample_uuid(response.token)},
                                .claim = response.claim,
                                .started = ended - seconds{1},
                                .ended = ended,
                                .range = {.first = response.first, .length = 1000 - response.first},
                                .sent = response.sent,
                                .outcome = response.outcome,
                                .grounds = response.grounds,
                                .completed = response.completed};
    stores_->log().append({&record, 1});
  }

  void refuse(int token, const std::string& error, std::int64_t when, std::int64_t times = 1,
              const std::string& network = "192.0.2.0") {
    const Time time = statistics_now + seconds{when};
    const RefusalRecord record{
        .token = {sample_uuid(token)}, .error = error, .network = network, .first = time, .last = time, .times = times};
    stores_->log().count({&record, 1});
  }

  Summary summary(int days = 30) { return summarise(stores_->statistics(), last_days(days, statistics_now), statistics_now); }

  std::unique_ptr<Place> place_ = GetParam().make();
  std::unique_ptr<Stores> stores_ = place_->connect();

 private:
  int responses_ = 100;
};

}  // namespace claimcheck::test
