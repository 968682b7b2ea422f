#include "fcgi/ended_deliveries.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/token_store.h"

namespace claimcheck::fcgi {

void EndedDeliveries::add(EndedDelivery ended, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  if (ended_.size() >= most) return;
  if (ended_.empty()) due_ = now + longest_wait;
  ended_.push_back(std::move(ended));
  if (ended_.size() == enough) due_ = std::min(due_, now);
}

void EndedDeliveries::put_back(std::vector<EndedDelivery> ended, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  due_ = now + before_next_attempt;
  ended_.insert(ended_.begin(), std::make_move_iterator(ended.begin()), std::make_move_iterator(ended.end()));
  if (ended_.size() > most) ended_.resize(most);
}

std::optional<EndedDeliveries::SteadyTime> EndedDeliveries::due() const {
  const std::lock_guard guard{mutex_};
  if (ended_.empty()) return std::nullopt;
  return due_;
}

std::vector<EndedDelivery> EndedDeliveries::take() {
  const std::lock_guard guard{mutex_};
  const auto end = ended_.begin() + static_cast<std::ptrdiff_t>(std::min(ended_.size(), TokenBatches::most));
  std::vector<EndedDelivery> taken{std::make_move_iterator(ended_.begin()), std::make_move_iterator(end)};
  ended_.erase(ended_.begin(), end);
  return taken;
}

}  // namespace claimcheck::fcgi
