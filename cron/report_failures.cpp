#include "cron/report_failures.h"

#include <vector>

namespace claimcheck::cron {

FailureReport report_failures(TokenStore& tokens, RefusalFeed& refusals, Notices& notices, Time since, const Run& run) {
  FailureReport report{.read_until = since};
  while (!run.time_is_up()) {
    const std::vector<RefusalRecord> found = refusals.operators_faults(report.read_until, batch);
    for (const RefusalRecord& refusal : found)
      if (const auto token = tokens.find(refusal.token)) notices.tell_failure(*token, refusal.error, refusal.last, run.now);
    if (run.mode == Mode::dry_run) {
      report.queued += std::ssize(found);
      break;
    }
    report.queued += notices.flush();
    if (found.empty()) break;
    // Whatever else happened in the last one's second is looked at again, unless that second alone fills a batch.
    const bool stuck = std::ssize(found) == batch && found.back().last == report.read_until;
    const bool all_read = std::ssize(found) < batch;
    report.read_until = found.back().last + (stuck ? seconds{1} : seconds{0});
    if (all_read) break;
  }
  return report;
}

}  // namespace claimcheck::cron
