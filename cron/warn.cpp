#include "cron/warn.h"

#include <algorithm>
#include <vector>

namespace claimcheck::cron {

bool was_fetched(const Token& token, DeliveryLog& log) {
  constexpr int latest = 100;
  const auto completed = [](const Claim& claim) { return claim.completed.has_value(); };
  if (token.max_uses > 0) return std::ranges::any_of(token.claims, completed);
  const auto whole = [&](const DeliveryRecord& each) {
    return each.range.first == 0 && each.range.length >= token.version.size && each.sent >= token.version.size;
  };
  return std::ranges::any_of(log.of_token(token.id, latest), whole);
}

std::int64_t warn(WarningSchedule& schedule, DeliveryLog& log, Notices& notices, const Run& run) {
  std::int64_t queued = 0;
  std::optional<TokenId> last;
  while (!run.time_is_up()) {
    const std::vector<Token> due = schedule.to_warn(run.now, last, batch);
    if (due.empty()) break;
    last = due.back().id;
    const auto needs_warning = [&](const Token& token) {
      return !token.revoked_at && run.now < token.expires_at && !was_fetched(token, log);
    };
    if (run.mode == Mode::dry_run) {
      queued += std::ranges::count_if(due, needs_warning);
      continue;
    }
    for (const Token& token : due)
      if (needs_warning(token)) notices.warn(token, run.now);
    queued += notices.flush();
    schedule.warned(due);
  }
  return queued;
}

}  // namespace claimcheck::cron
