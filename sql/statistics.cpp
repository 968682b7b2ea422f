#include "core/statistics.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>

#include "sql/few_sizes.h"
#include "sql/heartbeat.h"
#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
namespace {

using std::chrono::days;
using std::chrono::hours;

const std::string watermark = "tallied_until";

std::int64_t hour_of(Time time) {
  return std::chrono::floor<hours>(time.time_since_epoch()).count();
}

Time to_time(std::int64_t hour) {
  return Time{hours{hour}};
}

/// A row of (hour, policy, platform, event, times, bytes).
EventCount read_count(const Row& row) {
  Columns columns{row};
  EventCount count;
  count.since = to_time(columns.number());
  count.policy = columns.text();
  count.platform = columns.text();
  count.event = columns.text();
  count.times = columns.number();
  count.bytes = columns.bytes();
  return count;
}

/// Downloads begin with responses of all kinds of ends: those of one hour, policy and platform are one count.
void add_begun(std::vector<EventCount>& counts, EventCount like, std::int64_t times) {
  if (times == 0) return;
  like.event = to_string(DownloadEvent::started);
  like.times = times;
  like.bytes = 0;
  const auto same = [&](const EventCount& each) {
    return each.since == like.since && each.policy == like.policy && each.platform == like.platform && each.event == like.event;
  };
  const auto found = std::ranges::find_if(counts, same);
  if (found == counts.end())
    counts.push_back(std::move(like));
  else
    found->times += times;
}

/// What the log says of a few hours, by hour. A statement must not take long, so a period is asked for by parts.
std::vector<EventCount> read_log(Database& database, const Period& part) {
  std::vector<EventCount> counts;
  const std::vector<Value> bounds{to_value(part.since), to_value(part.until)};
  for (const Row& row : database.query(statements::count_downloads, bounds)) {
    Columns columns{row};
    EventCount count;
    count.since = columns.time();
    count.policy = columns.text();
    count.platform = columns.text();
    const std::string ending = columns.text();
    const std::int64_t responses = columns.number(), begun = columns.number();
    count.event = ending;
    count.times = ending.empty() ? 0 : responses;
    count.bytes = columns.bytes();
    if (count.times != 0 || count.bytes != 0) counts.push_back(count);
    add_begun(counts, count, begun);
  }
  for (const Row& row : database.query(statements::count_all_refusals, bounds)) counts.push_back(read_count(row));
  return counts;
}

/// So much of the log is asked for at once, from a full hour on.
constexpr hours asked_at_once{6};

std::optional<Time> first_of(const std::vector<Row>& rows) {
  if (rows.empty()) return std::nullopt;
  return Columns{rows.front()}.time();
}

void add_hours(Database& database, std::span<const EventCount> counts) {
  const auto same = [] { return true; };
  in_few_sizes(counts, [&](std::span<const EventCount> some) {
    std::vector<Value> values;
    for (const EventCount& count : some)
      values.insert(values.end(),
                    {hour_of(count.since), count.policy, count.platform, count.event, count.times, to_value(count.bytes)});
    insert_once(database, statements::repeated(statements::add_hourly, statements::hourly_values, ",", some.size()), values,
                same);
  });
}

/// Most of them once, since a token is used again soon or never; who is used in every hour is written to every few hours.
void note_tokens_in_use(Database& database, const Period& part) {
  std::map<std::int64_t, std::vector<std::string>> by_hour;
  for (const Row& row : database.query(statements::tokens_in_use, {to_value(part.since), to_value(part.until)})) {
    Columns columns{row};
    const std::string id = columns.text();
    by_hour[columns.number()].push_back(id);
  }
  for (const auto& used : by_hour)
    in_few_sizes(std::span{used.second}, [&](std::span<const std::string> some) {
      std::vector<Value> values{used.first, used.first};
      values.insert(values.end(), some.begin(), some.end());
      execute_surely(database, statements::repeated(statements::set_used_at, "?", ",", some.size()) + ")", values);
    });
}

}  // namespace

Time SqlStatistics::tallied_until() {
  return last_beat(database_, watermark).value_or(from_unix(0));
}

std::optional<Time> SqlStatistics::next_entry(Time since) {
  const auto delivery = first_of(database_.query(statements::next_delivery, {to_value(since)}));
  const auto refusal = first_of(database_.query(statements::next_refusal, {to_value(since)}));
  return delivery && refusal ? std::min(delivery, refusal) : delivery ? delivery : refusal;
}

/// Until the watermark is moved nobody reads what is written here; whoever comes after one who was killed begins anew.
void SqlStatistics::tally(Time until) {
  const Time since = tallied_until();
  if (until <= since) return;
  execute_surely(database_, statements::drop_hourly, {hour_of(since), hour_of(until)});
  for_parts_of_log({.since = since, .until = until}, [&](const Period& part) {
    add_hours(database_, read_log(database_, part));
    note_tokens_in_use(database_, part);
  });
  beat(database_, watermark, until);
}

/// Passes over times in which nothing happened.
void SqlStatistics::for_parts_of_log(const Period& period, const std::function<void(const Period&)>& work) {
  for (Time since = period.since; since < period.until;) {
    const auto next = next_entry(since);
    if (!next || *next >= period.until) return;
    since = std::max<Time>(since, std::chrono::floor<hours>(*next));
    const Time end = std::min<Time>(since + asked_at_once, period.until);
    work({.since = since, .until = end});
    since = end;
  }
}

/// The hours that are tallied, and what the log says of the others. The tally may go on meanwhile, and the log may lose what
/// is tallied then: so it is read again.
std::vector<EventCount> SqlStatistics::read(const Period& period, std::string_view tallied) {
  constexpr int most_attempts = 3;
  for (int attempt = 1;; ++attempt) {
    std::vector<EventCount> counts;
    const Time mark = tallied_until();
    if (const Time end = std::min(period.until, mark); period.since < end)
      for (const Row& row : database_.query(tallied, {hour_of(period.since), hour_of(end)})) counts.push_back(read_count(row));
    for_parts_of_log({.since = std::max(period.since, mark), .until = period.until},
                     [&](const Period& part) { std::ranges::move(read_log(database_, part), std::back_inserter(counts)); });
    if (attempt == most_attempts || tallied_until() == mark) return counts;
  }
}

std::vector<EventCount> SqlStatistics::by_day(const Period& period) {
  std::vector<EventCount> counts = read(period, statements::hourly_by_day);
  for (EventCount& count : counts) count.since = std::chrono::floor<days>(count.since);
  return counts;
}

std::vector<EventCount> SqlStatistics::by_event(const Period& period) {
  std::vector<EventCount> counts = read(period, statements::hourly_by_event);
  for (EventCount& count : counts) count = {.since = {}, .event = count.event, .times = count.times, .bytes = count.bytes};
  return counts;
}

std::optional<Time> SqlStatistics::cron_ran_at() {
  return last_beat(database_, cron_heartbeat);
}

std::int64_t SqlStatistics::customers(const Period& period) {
  const Time untallied = std::max(period.since, tallied_until());
  const auto rows =
      database_.query(statements::count_customers, {to_value(period.since), to_value(untallied), to_value(period.until)});
  return Columns{rows.at(0)}.number();
}

}  // namespace claimcheck::sql
