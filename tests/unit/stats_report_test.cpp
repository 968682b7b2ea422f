#include "admin/stats_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <sstream>

namespace claimcheck::admin {
namespace {

const Time today = from_unix(1'800'000'000);  // 2027-01-15

Summary sample(int days) {
  Summary summary{.period = last_days(days, today)};
  const auto add = [&](const EventCount& count) {
    summary.totals.add(count);
    summary.days[count.since].add(count);
    summary.platforms[count.platform].add(count);
    summary.policies[count.policy].add(count);
  };
  for (int day = 0; day < days; ++day) {
    const Time since = summary.period.since + std::chrono::days{day};
    const auto count = [&](const char* event, std::int64_t times) {
      add({.since = since, .policy = "default", .platform = day % 2 == 0 ? "MacIntel" : "", .event = event, .times = times});
    };
    if (day % 7 == 3) continue;
    count("started", 1000 + day);
    count("completed", day == 5 ? 1'234'567 : 900 + day * 10);
    count("aborted", day % 5);
    count("handed_off", day % 3 * 100);
    count("token_expired", day);
  }
  summary.refusals = {{"token_expired", 12345}, {"usage_limit_exceeded", 7}};
  summary.policies["a policy with a name that is far too long for its column: \u00fcbergr\u00f6\u00dfe"] = {};
  return summary;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::ptrdiff_t columns(const std::string& line) {
  return std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

TEST(StatsReport, FitsEightyColumnsAndPlainLettersAreAsciiOnly) {
  for (const int days : {1, 7, 30, 62, 63, 366})
    for (const ChartStyle& style : {blocks, letters}) {
      Summary summary = sample(days);
      if (&style != &blocks) summary.policies.erase(std::prev(summary.policies.end()));
      for (const std::string& line : lines_of(stats_report(summary, style))) EXPECT_LE(columns(line), 80) << line;
    }
  Summary summary = sample(30);
  summary.policies.clear();
  const std::string text = stats_report(summary, letters);
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST(StatsReport, ALongPeriodHasARowForSeveralDays) {
  const struct {
    int days;
    std::ptrdiff_t rows;
    const char* heading;
  } cases[] = {{1, 1, "Per day"}, {62, 62, "Per day"}, {63, 9, "Per 7 days"}, {366, 53, "Per 7 days"}};
  for (const auto& c : cases) {
    const auto lines = lines_of(stats_report(sample(c.days), letters));
    const auto heading = std::ranges::find_if(lines, [&](const std::string& line) { return line.starts_with(c.heading); });
    ASSERT_NE(heading, lines.end()) << c.days;
    EXPECT_EQ(std::count_if(heading, lines.end(), [](const std::string& line) { return line.starts_with("20"); }), c.rows);
  }
}

TEST(StatsReport, WhateverHappenedShowsAndTheLargestBarIsTheWidest) {
  Summary summary{.period = last_days(3, today)};
  const auto add = [&](int day, const char* event, std::int64_t times) {
    const EventCount count{.since = summary.period.since + std::chrono::days{day}, .event = event, .times = times};
    summary.days[count.since].add(count);
    summary.totals.add(count);
  };
  add(0, "completed", 100'000);
  add(1, "completed", 1);
  add(1, "handed_off", 1);
  add(1, "aborted", 1);
  add(1, "token_expired", 1);
  add(2, "aborted", 50'000);
  const auto lines = lines_of(stats_report(summary, letters));
  const auto row = [&](const char* day) {
    return *std::ranges::find_if(lines, [&](const std::string& line) { return line.starts_with(day); });
  };
  EXPECT_EQ(row("2027-01-13").substr(12, 40), std::string(36, '#') + "    ");
  EXPECT_EQ(row("2027-01-14").substr(12, 40), "#+x." + std::string(36, ' '));
  EXPECT_EQ(row("2027-01-15").substr(12, 40), std::string(18, 'x') + std::string(22, ' '));
  EXPECT_NE(row("2027-01-13").find("100,000"), std::string::npos);
}

TEST(StatsReport, ATimeWithoutDownloadsIsToldInASentence) {
  const std::string text = stats_report({.period = last_days(30, today)}, letters);
  EXPECT_NE(text.find("Downloads from 2026-12-17 to 2027-01-15 (30 days, UTC)"), std::string::npos) << text;
  EXPECT_NE(text.find("Nothing was downloaded"), std::string::npos);
}

}  // namespace
}  // namespace claimcheck::admin
