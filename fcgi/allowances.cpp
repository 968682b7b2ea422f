#include "fcgi/allowances.h"

#include <algorithm>

namespace claimcheck::fcgi {

bool Allowances::take(const std::string& name, std::int64_t per_minute, SteadyTime now) {
  using std::chrono::nanoseconds;
  constexpr std::int64_t minute = nanoseconds{std::chrono::minutes{1}}.count();
  const std::int64_t moment = nanoseconds{now.time_since_epoch()}.count(), one = minute / per_minute;
  // The horizon is when the allowance will be whole again.
  Horizon* whole_at = horizons_.find(name, moment);
  if (whole_at == nullptr) return true;
  std::int64_t before = *whole_at;
  std::int64_t after = 0;
  do {
    after = std::max(before, moment) + one;
    if (after > moment + minute) return false;
  } while (!whole_at->compare_exchange_weak(before, after));
  return true;
}

}  // namespace claimcheck::fcgi
