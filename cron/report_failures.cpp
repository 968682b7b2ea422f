#include "cron/report_failures.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace claimcheck::cron {
namespace {

/// Workers write what happened a little later, so what is a little older is looked at again: nothing is queued twice.
constexpr seconds written_late{60};

}  // namespace

FailureReport report_failures(TokenStore& tokens, RefusalFeed& refusals, Notices& notices, Time since, const Run& run) {
  FailureReport report{.read_until = since - written_late};
  while (!run.time_is_up()) {
    const std::vector<RefusalRecord> found = refusals.operators_faults(report.read_until, batch);
    if (run.mode == Mode::dry_run) {
      std::set<std::pair<TokenId, std::string>> different;
      for (const RefusalRecord& refusal : found)
        if (tokens.find(refusal.token)) different.emplace(refusal.token, refusal.error);
      report.queued = std::ssize(different);
      break;
    }
    for (const RefusalRecord& refusal : found)
      if (const auto token = tokens.find(refusal.token)) notices.tell_failure(*token, refusal.error, refusal.last, run.now);
    report.queued += notices.flush();
    if (found.empty()) break;
    // Whatever else happened in the last one's second is looked at again, unless that second alone fills a batch.
    const bool stuck = std::ssize(found) == batch && found.back().last == report.read_until;
    const bool all_read = std::ssize(found) < batch;
    report.read_until = found.back().last + (stuck ? seconds{1} : seconds{0});
    if (all_read) break;
  }
  report.read_until = std::max(report.read_until, since);
  return report;
}

}  // namespace claimcheck::cron
