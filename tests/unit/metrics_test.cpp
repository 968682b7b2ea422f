#include "fcgi/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace claimcheck::fcgi {
namespace {

StoreReadings some_readings() {
  StoreReadings store;
  store.downloads.events = {10, 6, 2, 1, 1};
  store.downloads.bytes = 12345678901;
  store.refusals = {{"token_expired", 3}, {"invalid_token", 1}};
  store.success_ratio = 0.75;
  store.since_cron = seconds{42};
  store.mails = {.waiting = 5, .oldest = {}, .failed = 1};
  return store;
}

MeterReadings some_meters() {
  MeterReadings meters;
  meters.admissions[0] = 4;
  meters.admissions[2] = 3;
  meters.admissions.back() = 1;
  meters.admission_time = std::chrono::milliseconds{5250};
  meters.database_errors = 2;
  meters.refused.at(static_cast<std::size_t>(Errc::invalid_token)) = 7;
  meters.active = 9;
  return meters;
}

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

TEST(Metrics, TellEveryNumber) {
  const auto lines = lines_of(metrics_text(some_readings(), some_meters(), "1.2"));
  for (const char* line : {
           "claimcheck_info{version=\"1.2\"} 1",
           "claimcheck_attempts_total 21",
           "claimcheck_downloads_total{event=\"started\"} 10",
           "claimcheck_downloads_total{event=\"completed\"} 6",
           "claimcheck_downloads_unfinished{event=\"aborted\"} 2",
           "claimcheck_downloads_unfinished{event=\"handed_off\"} 1",
           "claimcheck_downloads_unfinished{event=\"failed\"} 1",
           "claimcheck_bytes_total 12345678901",
           "claimcheck_refusals_total{error=\"token_expired\"} 3",
           "claimcheck_refusals_total{error=\"invalid_token\"} 8",
           "claimcheck_success_ratio 0.75",
           "claimcheck_active_deliveries 9",
           "claimcheck_admission_seconds_bucket{le=\"0.0005\"} 4",
           "claimcheck_admission_seconds_bucket{le=\"0.001\"} 4",
           "claimcheck_admission_seconds_bucket{le=\"0.0025\"} 7",
           "claimcheck_admission_seconds_bucket{le=\"2.5\"} 7",
           "claimcheck_admission_seconds_bucket{le=\"+Inf\"} 8",
           "claimcheck_admission_seconds_sum 5.25",
           "claimcheck_admission_seconds_count 8",
           "claimcheck_database_errors_total 2",
           "claimcheck_cron_heartbeat_age_seconds 42",
           "claimcheck_mails_waiting 5",
           "claimcheck_mails_failed 1",
       })
    EXPECT_TRUE(lines.contains(line)) << line;
}

TEST(Metrics, EachFamilyHasOneTypeBeforeItsSamplesAndWhatIsUnknownIsLeftOut) {
  StoreReadings nothing_yet;
  const std::string text = metrics_text(nothing_yet, {}, "1");
  EXPECT_EQ(text.find("\nclaimcheck_success_ratio"), std::string::npos);
  EXPECT_EQ(text.find("\nclaimcheck_cron_heartbeat_age_seconds"), std::string::npos);
  EXPECT_TRUE(text.ends_with('\n'));
  std::istringstream in{metrics_text(some_readings(), some_meters(), "1")};
  std::set<std::string> families;
  std::string family;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words{line};
    std::string hash, kind, name;
    if (line.starts_with('#')) {
      words >> hash >> kind >> name;
      if (kind == "TYPE")
        EXPECT_EQ(name, family);
      else
        EXPECT_TRUE(families.insert(name).second) << name << " twice";
      family = name;
    } else {
      EXPECT_TRUE(line.starts_with(family)) << line;
    }
  }
}

TEST(Metrics, ALabelsValueCannotBreakOutOfIt) {
  StoreReadings store;
  store.refusals = {{"a\"b\\c\nd", 1}};
  const auto lines = lines_of(metrics_text(store, {}, "1"));
  EXPECT_TRUE(lines.contains(R"(claimcheck_refusals_total{error="a\"b\\c\nd"} 1)"));
}

TEST(Metrics, WhatTheStoreToldIsGoodForSomeSeconds) {
  LastReadings last;
  const LastReadings::SteadyTime now{std::chrono::seconds{1000}};
  EXPECT_FALSE(last.find(now));
  last.keep(some_readings(), now);
  EXPECT_TRUE(last.find(now + LastReadings::good_for - std::chrono::milliseconds{1}));
  EXPECT_FALSE(last.find(now + LastReadings::good_for));
}

}  // namespace
}  // namespace claimcheck::fcgi
