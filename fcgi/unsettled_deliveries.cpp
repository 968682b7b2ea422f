#include "fcgi/unsettled_deliveries.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace claimcheck::fcgi {

void UnsettledDeliveries::add(UnsettledDelivery delivery, SteadyTime due) {
  const std::lock_guard guard{mutex_};
  due_ = deliveries_.empty() ? due : std::min(due_, due);
  if (deliveries_.size() < most) deliveries_.push_back(std::move(delivery));
}

void UnsettledDeliveries::put_back(std::vector<UnsettledDelivery> deliveries, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  due_ = now + before_next_attempt;
  deliveries.insert(deliveries.end(), std::make_move_iterator(deliveries_.begin()), std::make_move_iterator(deliveries_.end()));
  deliveries.erase(deliveries.begin() + static_cast<std::ptrdiff_t>(std::min(deliveries.size(), most)), deliveries.end());
  deliveries_ = std::move(deliveries);
}

std::optional<UnsettledDeliveries::SteadyTime> UnsettledDeliveries::due() const {
  const std::lock_guard guard{mutex_};
  if (deliveries_.empty()) return std::nullopt;
  return due_;
}

std::vector<UnsettledDelivery> UnsettledDeliveries::take() {
  const std::lock_guard guard{mutex_};
  return std::exchange(deliveries_, {});
}

}  // namespace claimcheck::fcgi
