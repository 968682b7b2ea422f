#include "tests/model/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/due.h"

namespace claimcheck::model {
namespace {

/// As in fcgi/streaming.h.
constexpr seconds stood_still{10};

/// The part of `ranges` between `from` and `to` bytes from their beginning.
void give(IntervalSet& given, const std::vector<Range>& ranges, std::uint64_t from, std::uint64_t to) {
  std::uint64_t at = 0;
  for (const Range& range : ranges) {
    const std::uint64_t begin = std::clamp(from, at, at + range.length) - at;
    const std::uint64_t end = std::clamp(to, at, at + range.length) - at;
    given.add({.first = range.first + begin, .length = end - begin});
    at += range.length;
  }
}

bool contains(const IntervalSet& whole, const IntervalSet& part) {
  IntervalSet both = whole;
  for (const Range& run : part.runs()) both.add(run);
  return both == whole;
}

std::string text_of(const std::vector<Range>& ranges) {
  std::string text;
  for (const Range& range : ranges) text += fmt::format("{}+{},", range.first, range.length);
  return text;
}

}  // namespace

World::World(std::uint64_t size, std::int64_t max_uses, double retry_budget, seconds ttl)
    : file_{.size = size, .mtime_ns = 7},
      token_{.id = {"token"},
             .digest = Digest::of("secret"),
             .version = file_,
             .rules = {.retry_budget = retry_budget},
             .created_at = now_,
             .expires_at = now_ + ttl,
             .max_uses = max_uses} {}

Wanted World::wanted(std::vector<Range> ranges, const std::string& named) {
  ++names_;
  return {.delivery = fmt::format("d{}", names_),
          .ranges = std::move(ranges),
          .file = file_,
          .named_claim = named,
          .new_claim = fmt::format("c{}", names_)};
}

bool World::request(int worker, std::vector<Range> ranges, const std::string& named, Means means, seconds late) {
  if (live_.size() + doubts_.size() >= clients) return false;
  if (late > seconds{0} && now_ - late < changed_) return false;  // the compare-and-swap would refuse it
  Wanted asked = wanted(std::move(ranges), named);
  asked.means = means;
  return ask(std::move(asked), worker, late, true);
}

bool World::request_in_doubt(int worker, std::vector<Range> ranges, const std::string& named) {
  if (live_.size() + doubts_.size() >= clients) return false;
  return ask(wanted(std::move(ranges), named), worker, seconds{0}, false);
}

bool World::press_button() {
  return ask(wanted({}, {}), 0, seconds{0}, true);
}

bool World::ask(Wanted wanted, int worker, seconds late, bool acknowledged) {
  const Time decided_at = now_ - late;
  const Admission admission = decide(token_, wanted, decided_at);
  refused_ = admission.kind == Admission::Kind::refused;
  if (refused_) {
    const Errc code = admission.refusal.code;
    if (code == Errc::usage_limit_exceeded && token_.uses < token_.max_uses) wrong_ = "refused although a use is left";
    if (code == Errc::token_expired && decided_at < token_.expires_at) wrong_ = "refused as expired before its time";
    return false;
  }
  replace(*admission.token);
  if (wanted.ranges.empty()) return true;
  if (wanted.means == Means::hand_off) {
    Truth& truth = truth_[admission.claim];
    truth.out += total_length(wanted.ranges);
    give(truth.given, wanted.ranges, 0, total_length(wanted.ranges));
  } else if (acknowledged) {
    serve(wanted, admission.claim, worker, steady_ - late);
  } else {
    doubts_.push_back({.wanted = std::move(wanted), .worker = worker, .asked = steady_ - late});
  }
  return true;
}

void World::serve(const Wanted& wanted, const std::string& claim, int worker, seconds asked) {
  live_.push_back({.id = wanted.delivery, .claim = claim, .worker = worker, .ranges = wanted.ranges, .acknowledged = asked});
}

bool World::resolve(std::size_t index) {
  Doubt doubt = doubts_.at(index);
  doubts_.erase(doubts_.begin() + static_cast<std::ptrdiff_t>(index));
  if (const auto admitted = admitted_before(token_, doubt.wanted.delivery)) {
    serve(doubt.wanted, admitted->claim, doubt.worker, doubt.asked);
    return true;
  }
  if (!given_up_before(token_, doubt.wanted.delivery)) ask(std::move(doubt.wanted), doubt.worker, seconds{0}, true);
  return true;
}

bool World::send(std::size_t index, std::uint64_t bytes) {
  Live& live = live_.at(index);
  if (steady_ - live.acknowledged >= stood_still) return false;
  const std::uint64_t count = std::min(bytes, total_length(live.ranges) - live.sent);
  if (count == 0) return false;
  Truth& truth = truth_[live.claim];
  give(truth.given, live.ranges, live.sent, live.sent + count);
  live.sent += count;
  truth.out += count;
  return true;
}

Progress World::progress(const Live& live) const {
  return {.claim = live.claim, .delivery = live.id, .ranges = live.ranges, .sent = live.sent};
}

bool World::tell(std::size_t index) {
  Live& live = live_.at(index);
  const Progress told = progress(live);
  auto next = checkpoint(token_, {&told, 1}, now_);
  if (!next) return end(index);  // given up: the worker cuts it
  replace(std::move(*next));
  live.stored = live.sent;
  live.acknowledged = steady_;
  return true;
}

bool World::end(std::size_t index) {
  const Live live = live_.at(index);
  live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(index));
  if (auto next = settle(token_, progress(live), now_)) replace(std::move(*next));
  return true;
}

bool World::crash(int worker) {
  const auto here = [&](const auto& each) { return each.worker == worker; };
  const bool busy = std::ranges::any_of(live_, here) || std::ranges::any_of(doubts_, here);
  for (const Live& live : live_)
    if (here(live)) truth_[live.claim].hidden += live.sent - live.stored;
  std::erase_if(live_, here);
  std::erase_if(doubts_, here);
  return busy;
}

bool World::pass(seconds length) {
  // Before five seconds have passed since it last did, every worker tells what it has sent.
  const auto due = [&](const Live& live) {
    return live.sent > live.stored && steady_ + length - live.acknowledged >= seconds{5};
  };
  for (std::size_t i = live_.size(); i-- > 0;)
    if (due(live_[i])) tell(i);
  now_ += length;
  steady_ += std::max(length, seconds{0});
  return true;
}

bool World::settle_by_cron() {
  if (tidy_due(token_) > now_) return false;
  std::vector<DeadDelivery> dead;
  replace(tidy(token_, now_, dead));
  return true;
}

bool World::correct_oldest(std::uint64_t sent) {
  for (const Claim& claim : token_.claims) {
    if (claim.handed_off.empty()) continue;
    const HandedOffDelivery delivery = claim.handed_off.front();
    Truth& truth = truth_[claim.id];
    truth.out -= total_length(delivery.ranges) - std::min(sent, total_length(delivery.ranges));
    auto next = correct(token_, {.claim = claim.id, .delivery = delivery.id, .sent = sent}, now_);
    if (!next) return false;
    replace(std::move(*next));
    return true;
  }
  return false;
}

void World::replace(Token next) {
  const auto gone = [&](const Claim& claim) {
    return std::ranges::find(next.claims, claim.id, &Claim::id) == next.claims.end();
  };
  for (const Claim& claim : token_.claims)
    if (gone(claim) && truth_[claim.id].out > 0) wrong_ = "a use was given back though its claim got bytes";
  next.revision = 0;
  token_ = std::move(next);
  changed_ = now_;
}

std::optional<std::string> World::violation() const {
  if (wrong_) return wrong_;
  if (token_.uses > token_.max_uses) return "more uses than there may be";
  if (token_.uses < std::ssize(token_.claims)) return "fewer uses than claims";
  for (const Claim& claim : token_.claims) {
    const auto found = truth_.find(claim.id);
    const Truth truth = found == truth_.end() ? Truth{} : found->second;
    const std::uint64_t most = budget(claim.file.size, token_.rules);
    if (truth.out > most + truth.hidden) return fmt::format("{} bytes went out where {} may", truth.out, most);
    if (claim.charged > most) return "more is charged than the budget";
    if (claim.charged > truth.out) return "more is charged than went out";
    if (!contains(truth.given, claim.covered)) return "bytes are covered that were never given";
    const auto from_start = [](const auto& delivery) { return carries_first_byte(delivery.ranges); };
    const auto count = std::ranges::count_if(
        claim.active, [&](const ActiveDelivery& delivery) { return from_start(delivery) && moving(delivery, now_); });
    if (count > 1) return "two deliveries of byte 0 are moving";
    const auto able = std::ranges::count_if(live_, [&](const Live& live) {
      return live.claim == claim.id && from_start(live) && steady_ - live.acknowledged < stood_still;
    });
    if (able > 1) return "two workers may send byte 0 of one claim";
  }
  return std::nullopt;
}

const std::string& World::first_claim() const {
  static const std::string none;
  return token_.claims.empty() ? none : token_.claims.front().id;
}

std::uint64_t World::out() const {
  std::uint64_t bytes = 0;
  for (const auto& [claim, truth] : truth_) bytes += truth.out;
  return bytes;
}

std::string World::key() const {
  return std::min(key_with(false), key_with(true));
}

std::string World::key_with(bool swapped) const {
  const auto ago = [&](Time time, std::int64_t most) { return std::clamp<std::int64_t>((now_ - time).count(), -most, most); };
  const auto waited = [&](seconds since) { return std::min((steady_ - since).count(), stood_still.count()); };
  const auto worker = [&](int number) { return swapped ? workers - 1 - number : number; };
  const auto alive = [&](const std::string& id) -> std::string {
    for (const Live& live : live_)
      if (live.id == id)
        return fmt::format("L{}:{}:{}:{}", worker(live.worker), live.sent, live.stored, waited(live.acknowledged));
    for (const Doubt& doubt : doubts_)
      if (doubt.wanted.delivery == id) return fmt::format("D{}:{}", worker(doubt.worker), waited(doubt.asked));
    return "-";
  };
  const auto sorted = [](std::vector<std::string> parts) {
    std::ranges::sort(parts);
    return fmt::format("{}", fmt::join(parts, ";"));
  };
  std::string key = fmt::format("{}|{}|{}|", token_.uses, ago(token_.expires_at, 4000), ago(changed_, 16));
  for (const Claim& claim : token_.claims) {
    std::vector<std::string> active, lost, handed_off;
    for (const ActiveDelivery& delivery : claim.active)
      active.push_back(fmt::format("{}/{}/{}/{}", text_of(delivery.ranges), delivery.sent, ago(delivery.last_progress, 56),
                                   alive(delivery.id)));
    for (const LostDelivery& delivery : claim.lost)
      if (const std::string owner = alive(delivery.id); owner != "-")
        lost.push_back(fmt::format("{}/{}", delivery.sent, owner));
    for (const HandedOffDelivery& delivery : claim.handed_off)
      handed_off.push_back(fmt::format("{}/{}", text_of(delivery.ranges), ago(delivery.at, 601)));
    const auto found = truth_.find(claim.id);
    const Truth truth = found == truth_.end() ? Truth{} : found->second;
    key +=
        fmt::format("[{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}]", text_of(claim.covered.runs()), claim.charged, sorted(active),
                    sorted(lost), sorted(handed_off), claim.lost.empty(), ago(claim.last_seen, 601),
                    claim.completed ? ago(*claim.completed, 601) : -9999, truth.out, truth.hidden, text_of(truth.given.runs()));
  }
  std::vector<std::string> others;  // live deliveries and doubts that the row does not know any more
  for (const Live& live : live_) {
    const Progress told = progress(live);
    if (!is_active(token_, told) && !is_lost(token_, told))
      others.push_back(
          fmt::format("{}:{}:{}:{}", worker(live.worker), text_of(live.ranges), live.sent, waited(live.acknowledged)));
  }
  for (const Doubt& doubt : doubts_)
    others.push_back(fmt::format("?{}:{}:{}:{}", worker(doubt.worker), waited(doubt.asked), text_of(doubt.wanted.ranges),
                                 doubt.wanted.named_claim == first_claim()));
  return key + sorted(others);
}

}  // namespace claimcheck::model
