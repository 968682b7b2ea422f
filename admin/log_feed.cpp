#include "admin/log_feed.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace claimcheck::admin {
namespace {

using std::chrono::milliseconds;

/// So many lines are looked at together.
constexpr std::size_t batch = 128;

/// How long a line waits before each look. The first wait lets a batch gather.
constexpr std::array waits{milliseconds{100}, milliseconds{900}, milliseconds{2000}, milliseconds{5000}};

bool is_incomplete(const Token& token, const std::string& claim) {
  return std::ranges::any_of(token.claims, [&](const Claim& each) { return each.id == claim && !each.completed; });
}

}  // namespace

void LogFeed::take(std::string_view line, std::uint64_t place, SteadyTime now) {
  auto logged = parse_log_line(line);
  if (!logged) return;
  if (full()) {
    ++report_.dropped;
    return;
  }
  look_again({.logged = std::move(*logged), .place = place}, now);
}

void LogFeed::look_again(Waiting waiting, SteadyTime now) {
  if (waiting.looks == waits.size()) {
    ++report_.unknown;
    return;
  }
  const SteadyTime due = now + waits[waiting.looks++];
  waiting_.emplace(due, std::move(waiting));
}

/// What was not sent may leave the claim incomplete, whichever delivery was thought to have completed it.
void LogFeed::correct_claim(const DeliveryRecord& record) {
  Enforcement{tokens_, pause_}.correct(
      record.token, {.claim = record.claim, .delivery = record.id, .ranges = {record.range}, .sent = record.sent});
  if (record.outcome == Outcome::complete) return;
  const auto token = tokens_.find(record.token);
  if (token && is_incomplete(*token, record.claim)) log_.take_back_completion(record.token, record.claim);
}

void LogFeed::correct(const DeliveryRecord& record, const LoggedDelivery& logged) {
  if (record.outcome != Outcome::handed_off) {
    ++report_.known;
    return;
  }
  const DeliveryRecord next = corrected(record, logged);
  try {
    // The record comes last: as long as it says handed_off, all of this may be done again.
    if (!record.claim.empty()) correct_claim(next);
    log_.correct(next);
  } catch (const Error& error) {
    if (error.code() == Errc::unavailable) throw;
    ++report_.failed;
    return;
  }
  ++(next.outcome == Outcome::complete ? report_.complete : report_.aborted);
}

void LogFeed::work(SteadyTime now) {
  std::vector<std::string> ids;
  for (auto each = waiting_.begin(); each != waiting_.end() && each->first <= now && ids.size() < batch; ++each)
    ids.push_back(each->second.logged.id);
  std::map<std::string, DeliveryRecord> known;
  for (DeliveryRecord& record : log_.find(ids)) known.emplace(record.id, std::move(record));
  for (std::size_t i = 0; i < ids.size(); ++i) {  // what is to be looked at again goes behind these
    const auto first = waiting_.begin();
    const auto record = known.find(first->second.logged.id);
    if (record != known.end()) correct(record->second, first->second.logged);
    const Waiting done = std::move(first->second);
    waiting_.erase(first);
    if (record == known.end()) look_again(done, now);
  }
}

std::optional<std::uint64_t> LogFeed::first_place() const {
  if (empty()) return std::nullopt;
  return std::ranges::min_element(waiting_, {}, [](const auto& entry) { return entry.second.place; })->second.place;
}

}  // namespace claimcheck::admin
