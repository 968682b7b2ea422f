#pragma once

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/statistics.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// Statistics and Tally over a Memory, which must outlive it.
class MemoryStatistics final : public Statistics, public Tally {
 public:
  explicit MemoryStatistics(Memory& memory) : memory_(memory) {}

  std::vector<EventCount> by_day(const Period& period) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<EventCount> counts = all(period);
    for (EventCount& count : counts) count.since = std::chrono::floor<std::chrono::days>(count.since);
    return counts;
  }

  std::vector<EventCount> by_event(const Period& period) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<EventCount> counts = all(period);
    for (EventCount& count : counts) count = {.since = {}, .event = count.event, .times = count.times, .bytes = count.bytes};
    return counts;
  }

  std::int64_t customers(const Period& period) override {
    const std::lock_guard guard{memory_.mutex_};
    std::set<std::string> addresses;
    std::map<TokenId, Time> used = memory_.used_;
    for (const auto& [id, record] : memory_.deliveries_)
      if (record.ended < period.until) used[record.token] = std::max(used[record.token], record.ended);
    for (const auto& [id, last] : used) {
      const auto token = memory_.tokens_.find(id);
      if (last < period.since || token == memory_.tokens_.end() || token->second.email.empty()) continue;
      std::string address = token->second.email;
      std::transform(address.begin(), address.end(), address.begin(), [](unsigned char c) { return std::tolower(c); });
      addresses.insert(address);
    }
    return std::ssize(addresses);
  }

  std::optional<Time> cron_ran_at() override {
    const std::lock_guard guard{memory_.mutex_};
    return memory_.cron_ran_at_;
  }

  Time tallied_until() override {
    const std::lock_guard guard{memory_.mutex_};
    return memory_.tallied_until_;
  }

  std::optional<Time> next_entry(Time since) override {
    const std::lock_guard guard{memory_.mutex_};
    std::optional<Time> next;
    const auto note = [&](Time time) {
      if (time >= since) next = std::min(next.value_or(time), time);
    };
    for (const auto& [id, record] : memory_.deliveries_) note(record.ended);
    for (const RefusalRecord& record : memory_.refusals_) note(record.last);
    return next;
  }

  void tally(Time until) override {
    const std::lock_guard guard{memory_.mutex_};
    if (until <= memory_.tallied_until_) return;
    const auto counts = logged({.since = memory_.tallied_until_, .until = until});
    memory_.hourly_.insert(memory_.hourly_.end(), counts.begin(), counts.end());
    for (const auto& [id, record] : memory_.deliveries_)
      if (within(record.ended, {.since = memory_.tallied_until_, .until = until}))
        memory_.used_[record.token] =
            std::max<Time>(memory_.used_[record.token], std::chrono::floor<std::chrono::hours>(record.ended));
    memory_.tallied_until_ = until;
  }

 private:
  static bool within(Time time, const Period& period) { return period.since <= time && time < period.until; }

  /// Whether a response got so little that its claim was given back.
  static bool is_nothing(const DeliveryRecord& record) {
    return record.sent == 0 && (record.outcome == Outcome::aborted || record.outcome == Outcome::failed);
  }

  /// Whether it leaves a download incomplete that was begun.
  bool leaves_incomplete(const DeliveryRecord& record) const {
    const bool first = record.grounds == Grounds::opened || record.grounds == Grounds::unlimited;
    if (record.completed || (is_nothing(record) && record.outcome == Outcome::aborted && first)) return false;
    if (record.claim.empty()) return record.range.first == 0;
    return std::none_of(memory_.deliveries_.begin(), memory_.deliveries_.end(), [&](const auto& entry) {
      const DeliveryRecord& each = entry.second;
      const bool later = std::tie(each.ended, each.id) > std::tie(record.ended, record.id);
      return each.token == record.token && each.claim == record.claim && (later || each.completed);
    });
  }

  std::vector<DownloadEvent> events_of(const DeliveryRecord& record) const {
    std::vector<DownloadEvent> events;
    const bool begins = record.grounds == Grounds::opened || (record.claim.empty() && record.range.first == 0);
    if (begins && !is_nothing(record)) events.push_back(DownloadEvent::started);
    if (record.completed)
      events.push_back(record.outcome == Outcome::handed_off ? DownloadEvent::handed_off : DownloadEvent::completed);
    else if (leaves_incomplete(record))
      events.push_back(record.outcome == Outcome::failed ? DownloadEvent::failed : DownloadEvent::aborted);
    return events;
  }

  /// What it happened to.
  EventCount about(const TokenId& token, Time time) const {
    EventCount count{.since = std::chrono::floor<std::chrono::hours>(time)};
    const auto found = memory_.tokens_.find(token);
    if (found == memory_.tokens_.end()) return count;
    count.policy = found->second.policy;
    const auto platform = found->second.facts.find("platform");
    if (platform != found->second.facts.end()) count.platform = platform->second;
    return count;
  }

  std::vector<EventCount> logged(const Period& period) const {
    std::vector<EventCount> counts;
    for (const auto& [id, record] : memory_.deliveries_) {
      if (!within(record.ended, period)) continue;
      EventCount count = about(record.token, record.ended);
      for (const DownloadEvent event : events_of(record)) {
        count.event = to_string(event);
        count.times = 1;
        counts.push_back(count);
      }
      count.event = "";
      count.times = 0;
      count.bytes = record.sent;
      counts.push_back(count);
    }
    for (const RefusalRecord& record : memory_.refusals_) {
      if (!within(record.last, period)) continue;
      counts.push_back(about(record.token, record.first));
      counts.back().event = record.error;
      counts.back().times = record.times;
    }
    return counts;
  }

  std::vector<EventCount> all(const Period& period) const {
    std::vector<EventCount> counts = logged({.since = std::max(period.since, memory_.tallied_until_), .until = period.until});
    for (const EventCount& count : memory_.hourly_)
      if (within(count.since, period)) counts.push_back(count);
    return counts;
  }

  Memory& memory_;
};

}  // namespace claimcheck::test
