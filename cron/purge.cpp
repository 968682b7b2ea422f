#include "cron/purge.h"

namespace claimcheck::cron {

std::int64_t purge(DeliveryLog& log, Time before) {
  constexpr int batch = 1000;
  std::int64_t removed = 0;
  for (std::int64_t rows = log.prune(before, batch); rows > 0; rows = log.prune(before, batch)) removed += rows;
  return removed;
}

}  // namespace claimcheck::cron
