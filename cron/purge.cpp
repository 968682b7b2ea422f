#include "cron/purge.h"

namespace claimcheck::cron {

std::int64_t purge(const std::function<std::int64_t(int limit)>& forget, const Run& run) {
  constexpr int rows_at_once = 1000;
  std::int64_t removed = 0;
  while (!run.time_is_up()) {
    const std::int64_t rows = forget(rows_at_once);
    if (rows == 0) break;
    removed += rows;
  }
  return removed;
}

}  // namespace claimcheck::cron
