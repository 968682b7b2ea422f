#include "cron/remove_files.h"

#include <vector>

#include "cron/removal_attempt.h"

namespace claimcheck::cron {
namespace {

/// Before every token's end: a token that is not cleaned is in use, even if it has ended, since somebody may be reading by it.
constexpr Time any_end = from_unix(-1);

}  // namespace

void ForeseenRemovals::add(const Removal& removal) {
  foreseen_.insert_or_assign(removal.key(), removal);
}

std::vector<Removal> ForeseenRemovals::list(const std::string& after, int limit) {
  std::map<std::string, Removal> page;
  for (const Removal& each : real_.list(after, limit)) page.emplace(each.key(), each);
  auto next = foreseen_.upper_bound(after);
  for (int i = 0; i < limit && next != foreseen_.end(); ++i, ++next) page.insert_or_assign(next->first, next->second);
  std::vector<Removal> removals;
  for (const auto& [key, each] : page)
    if (std::ssize(removals) < limit) removals.push_back(each);
  return removals;
}

RemoveReport remove_files(Removals& removals, TokenSweep& sweep, const Storages& storages, const Run& run) {
  RemoveReport report;
  std::string last;
  while (!run.time_is_up()) {
    const std::vector<Removal> due = removals.list(last, batch);
    if (due.empty()) break;
    last = due.back().key();
    for (const Removal& removal : due) {
      const Time ended_by = run.mode == Mode::real ? any_end : run.now;  // a dry run has cleaned nothing
      const auto wanted = [&] { return sweep.file_in_use(removal.storage, removal.file, ended_by); };
      const auto storage = storages.find(removal.storage);
      if (storage == storages.end()) {
        ++report.failed;
        report.fault = "the configuration has no storage " + removal.storage;
        continue;
      }
      const RemovalAttempt done = attempt_removal(*storage->second, removal, wanted, run.mode);
      if (!done.fault.empty()) {
        ++report.failed;
        report.fault = done.fault;
        report.unreachable = report.unreachable || done.unreachable;
      } else if (done.outcome != Storage::Removed::wanted) {
        report.files += done.outcome == Storage::Removed::removed ? 1 : 0;
        if (run.mode == Mode::real) removals.drop(removal);
      }
    }
  }
  return report;
}

}  // namespace claimcheck::cron
