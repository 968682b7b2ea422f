#include "tests/contract/statistics_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

class StatisticsContract : public StatisticsFixture {};

constexpr std::int64_t hour = 3600, day = 24 * hour;

TEST_P(StatisticsContract, ADownloadIsCountedOnceHoweverItIsFetched) {
  std::vector<Response> resumed{{.outcome = Outcome::aborted, .sent = 100}};
  for (int i = 1; i < 10; ++i)
    resumed.push_back({.ended = i, .outcome = Outcome::aborted, .grounds = Grounds::continued, .first = 100, .sent = 10});
  resumed.push_back({.ended = 10, .grounds = Grounds::continued, .completed = true, .first = 200, .sent = 800});
  std::vector<Response> parallel{{.sent = 50}};
  for (int i = 1; i < 16; ++i) parallel.push_back({.grounds = Grounds::continued, .first = 50, .sent = 50});
  parallel[7].completed = true;  // whichever is told last
  const struct {
    const char* name;
    std::vector<Response> responses;
    Numbers expected;
  } cases[] = {
      {"nothing", {}, {}},
      {"fetched at once", {{.completed = true}}, {{"started", 1}, {"completed", 1}, {"bytes", 1000}}},
      {"ten resumes", resumed, {{"started", 1}, {"completed", 1}, {"bytes", 990}}},
      {"sixteen parallel ranges", parallel, {{"started", 1}, {"completed", 1}, {"bytes", 800}}},
      {"left", {{.outcome = Outcome::aborted, .sent = 100}}, {{"started", 1}, {"aborted", 1}, {"bytes", 100}}},
      {"left twice",
       {{.outcome = Outcome::aborted, .sent = 100},
        {.ended = 5, .outcome = Outcome::interrupted, .grounds = Grounds::restarted, .sent = 0}},
       {{"started", 1}, {"aborted", 1}, {"bytes", 100}}},
      {"a part only", {{.sent = 100}}, {{"started", 1}, {"aborted", 1}, {"bytes", 100}}},
      {"gone before the first byte, so that the use was given back", {{.outcome = Outcome::aborted, .sent = 0}}, {}},
      {"gone before the first byte, then fetched",
       {{.outcome = Outcome::aborted, .sent = 0}, {.ended = 5, .completed = true}},
       {{"started", 1}, {"completed", 1}, {"bytes", 1000}}},
      {"the worker died before its first checkpoint",
       {{.outcome = Outcome::interrupted, .sent = 0}},
       {{"started", 1}, {"aborted", 1}}},
      {"unreadable from the first byte on", {{.outcome = Outcome::failed, .sent = 0}}, {{"failed", 1}}},
      {"unreadable later", {{.outcome = Outcome::failed, .sent = 10}}, {{"started", 1}, {"failed", 1}, {"bytes", 10}}},
      {"unreadable, then fetched",
       {{.outcome = Outcome::failed, .sent = 10}, {.ended = 9, .grounds = Grounds::restarted, .completed = true}},
       {{"started", 1}, {"completed", 1}, {"bytes", 1010}}},
      {"its end again after it was complete",
       {{.completed = true}, {.ended = 9, .outcome = Outcome::aborted, .grounds = Grounds::repeated, .first = 900, .sent = 10}},
       {{"started", 1}, {"completed", 1}, {"bytes", 1010}}},
      {"handed off",
       {{.outcome = Outcome::handed_off, .completed = true}},
       {{"started", 1}, {"handed_off", 1}, {"bytes", 1000}}},
      {"a part handed off", {{.outcome = Outcome::handed_off, .sent = 100}}, {{"started", 1}, {"aborted", 1}, {"bytes", 100}}},
      {"two uses of one token",
       {{.completed = true}, {.claim = "second", .ended = 5, .outcome = Outcome::aborted, .sent = 7}},
       {{"started", 2}, {"completed", 1}, {"aborted", 1}, {"bytes", 1007}}},
      {"claims of the same name, of two tokens",
       {{.outcome = Outcome::aborted, .sent = 1}, {.token = 2, .ended = 5, .completed = true}},
       {{"started", 2}, {"completed", 1}, {"aborted", 1}, {"bytes", 1001}}},
      {"without a limit: whole, from the middle, left, left before the first byte",
       {{.claim = "", .grounds = Grounds::unlimited, .completed = true},
        {.claim = "", .ended = 1, .grounds = Grounds::unlimited, .first = 500, .sent = 500},
        {.claim = "", .ended = 2, .outcome = Outcome::aborted, .grounds = Grounds::unlimited, .sent = 3},
        {.claim = "", .ended = 3, .outcome = Outcome::aborted, .grounds = Grounds::unlimited, .sent = 0}},
       {{"started", 2}, {"completed", 1}, {"aborted", 1}, {"bytes", 1503}}},
      {"a token that is forgotten", {{.token = 77, .completed = true}}, {{"started", 1}, {"completed", 1}, {"bytes", 1000}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    place_ = GetParam().make();
    stores_ = place_->connect();
    add_token(1, "default");
    add_token(2, "default");
    for (const Response& response : c.responses) log(response);
    EXPECT_EQ(numbers_of(summary()), c.expected);
    stores_->tally().tally(statistics_now + seconds{day});
    EXPECT_EQ(numbers_of(summary()), c.expected) << "once it is tallied";
  }
}

TEST_P(StatisticsContract, DownloadsAreToldByDayPlatformAndPolicyBeforeAndAfterTheTally) {
  add_token(1, "sales", "ann@example.com", "MacIntel");
  add_token(2, "sales", "Ann@Example.com", "Win32");
  add_token(3, "gift", "bob@example.com", "Win32");
  add_token(4, "gift");
  for (int token = 1; token <= 4; ++token) log({.token = token, .ended = -token * day, .completed = true});
  log({.token = 1, .claim = "today", .outcome = Outcome::aborted, .sent = 5});
  log({.token = 3, .claim = "old", .ended = -40 * day, .completed = true});
  log({.token = 88, .claim = "of nobody", .ended = -2 * day, .completed = true});
  refuse(2, "usage_limit_exceeded", -hour, 3);
  refuse(2, "usage_limit_exceeded", -hour, 2, "198.51.100.0");
  refuse(3, "token_expired", -day);
  refuse(3, "token_expired", -50 * day, 100);
  const Summary before = summary();
  EXPECT_EQ(numbers_of(before), (Numbers{{"started", 6},
                                         {"completed", 5},
                                         {"aborted", 1},
                                         {"bytes", 5005},
                                         {"usage_limit_exceeded", 5},
                                         {"token_expired", 1}}));
  EXPECT_EQ(before.totals.refused, 6);
  EXPECT_EQ(before.today, 1);
  EXPECT_EQ(before.customers, 2) << "Ann has two tokens, nobody's address is not known";
  ASSERT_EQ(before.days.size(), 5U);
  const Time today = std::chrono::floor<std::chrono::days>(statistics_now);
  EXPECT_EQ(before.days.begin()->first, today - seconds{4 * day});
  EXPECT_EQ(before.days.at(today).of(DownloadEvent::aborted), 1);
  EXPECT_EQ(before.days.at(today).refused, 5);
  EXPECT_EQ(before.days.at(today - seconds{2 * day}).of(DownloadEvent::completed), 2);
  EXPECT_EQ(before.platforms.at("Win32").of(DownloadEvent::completed), 2);
  EXPECT_EQ(before.platforms.at("MacIntel").of(DownloadEvent::started), 2);
  EXPECT_EQ(before.platforms.at("").of(DownloadEvent::completed), 2);
  EXPECT_EQ(before.policies.at("sales").refused, 5);
  EXPECT_EQ(before.policies.at("gift").of(DownloadEvent::completed), 2);
  EXPECT_EQ(before.policies.at("").of(DownloadEvent::completed), 1);
  EXPECT_DOUBLE_EQ(before.totals.success_ratio().value(), 5.0 / 6);

  const Summary long_before = summary(60);
  for (const std::int64_t until : {-20 * day, -2 * day, -2 * day + 5 * hour, -hour, std::int64_t{0}, day}) {
    stores_->tally().tally(statistics_now + seconds{until});
    EXPECT_EQ(summary(), before) << until;
    EXPECT_EQ(summary(60), long_before) << until;
  }
}

TEST_P(StatisticsContract, APeriodInThePastTellsOfTodayToo) {
  add_token(1, "default");
  log({.completed = true});
  log({.claim = "old", .ended = -5 * day, .completed = true});
  const Summary past = summarise(stores_->statistics(), last_days(2, statistics_now - std::chrono::days{5}), statistics_now);
  EXPECT_EQ(numbers_of(past), (Numbers{{"started", 1}, {"completed", 1}, {"bytes", 1000}}));
  EXPECT_EQ(past.today, 1);
}

TEST_P(StatisticsContract, ByEventTellsTheSameWithoutDays) {
  add_token(1, "default");
  for (int i = 0; i < 4; ++i) log({.claim = std::to_string(i), .ended = -i * day, .completed = true});
  refuse(1, "token_expired", -3 * day, 7);
  stores_->tally().tally(statistics_now - std::chrono::hours{40});
  DownloadCounts counts;
  for (const EventCount& count : stores_->statistics().by_event(all_time(statistics_now))) {
    EXPECT_EQ(count.policy + count.platform, "");
    counts.add(count);
  }
  EXPECT_EQ(counts.of(DownloadEvent::completed), 4);
  EXPECT_EQ(counts.refused, 7);
  EXPECT_EQ(counts.bytes, 4000U);
}

INSTANTIATE_TEST_SUITE_P(On, StatisticsContract, testing::ValuesIn(place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
