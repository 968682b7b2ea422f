#include "fcgi/throttle.h"

#include <algorithm>

namespace claimcheck::fcgi {

std::uint64_t Rate::portion() const {
  constexpr std::uint64_t in_a_second = 5, most = 256ULL * 1024;
  return std::clamp<std::uint64_t>(per_second_ / in_a_second, 1, most);
}

std::chrono::nanoseconds Rate::time_for(std::uint64_t bytes) const {
  return std::chrono::nanoseconds{
      static_cast<std::int64_t>(1e9 * static_cast<double>(bytes) / static_cast<double>(per_second_))};
}

Rate::SteadyTime Rate::reserve(std::uint64_t bytes, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  const SteadyTime start = std::max(next_, now - time_for(burst_));
  next_ = start + time_for(bytes);
  return start;
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
  auto rate = std::make_shared<Rate>(per_second, burst);
  rates_[name] = rate;
  return rate;
}

}  // namespace claimcheck::fcgi
