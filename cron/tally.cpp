#include "cron/tally.h"

#include <algorithm>
#include <chrono>

namespace claimcheck::cron {

std::int64_t tally(Tally& tally, seconds retention, const Run& run) {
  using std::chrono::days, std::chrono::hours;
  const Time end = std::chrono::floor<hours>(run.now - std::min<seconds>(settling_time, retention));
  std::int64_t tallied = 0;
  for (Time since = tally.tallied_until(); since < end && !run.time_is_up();) {
    const Time next = std::max<Time>(since, std::chrono::floor<hours>(tally.next_entry(since).value_or(end)));
    const Time until = std::min<Time>(end, next + days{1});
    if (run.mode == Mode::real) tally.tally(until);
    tallied += std::max<std::int64_t>(0, std::chrono::duration_cast<hours>(until - next).count());
    since = until;
  }
  return tallied;
}

}  // namespace claimcheck::cron
