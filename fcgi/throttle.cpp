#include "fcgi/throttle.h"

#include <algorithm>

namespace claimcheck::fcgi {
namespace {

using SteadyTime = Rate::SteadyTime;
using std::chrono::nanoseconds;

/// A slot whose reservations are so long over is nobody's any more.
constexpr std::int64_t forgotten_after = nanoseconds{std::chrono::minutes{10}}.count();

std::int64_t count_of(SteadyTime time) {
  return nanoseconds{time.time_since_epoch()}.count();
}

}  // namespace

std::uint64_t Rate::portion() const {
  constexpr std::uint64_t in_a_second = 5, most = 256ULL * 1024;
  return std::clamp<std::uint64_t>(per_second_ / in_a_second, 1, most);
}

std::int64_t Rate::time_for(std::uint64_t bytes) const {
  return static_cast<std::int64_t>(1e9 * static_cast<double>(bytes) / static_cast<double>(per_second_));
}

SteadyTime Rate::reserve(std::uint64_t bytes, SteadyTime now) {
  const std::int64_t earliest = count_of(now) - time_for(burst_);
  std::int64_t horizon = horizon_;
  std::int64_t start = 0;
  do {
    start = std::max(horizon, earliest);
  } while (!horizon_.compare_exchange_weak(horizon, start + time_for(bytes)));
  return SteadyTime{nanoseconds{start}};
}

std::shared_ptr<void> Crowds::enter(const std::string& name, std::size_t most) {
  const std::lock_guard guard{mutex_};
  std::size_t& count = counts_[name];
  if (count >= most) return nullptr;
  ++count;
  return {this, [name](Crowds* crowds) {
            const std::lock_guard leaving{crowds->mutex_};
            if (--crowds->counts_[name] == 0) crowds->counts_.erase(name);
          }};
}

std::shared_ptr<Rate> Rates::share(const std::string& name, std::uint64_t per_second, std::uint64_t burst) {
  const std::lock_guard guard{mutex_};
  std::erase_if(rates_, [](const auto& entry) { return entry.second.expired(); });
  if (const auto found = rates_.find(name); found != rates_.end())
    if (auto rate = found->second.lock()) return rate;
  const std::int64_t forgotten = count_of(std::chrono::steady_clock::now()) - forgotten_after;
  auto rate = std::make_shared<Rate>(per_second, burst, horizons_.is_shared() ? horizons_.find(name, forgotten) : nullptr);
  rates_[name] = rate;
  return rate;
}

}  // namespace claimcheck::fcgi
