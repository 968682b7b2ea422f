#include "cron/remove_files.h"

#include <vector>

#include "core/error.h"

namespace claimcheck::cron {
namespace {

/// Before every token's end: a token that is not cleaned is in use, even if it has ended, since somebody may be reading by it.
constexpr Time any_end = from_unix(-1);

struct Attempt {
  Storage::Removed outcome = Storage::Removed::wanted;
  std::string fault;  ///< empty unless it failed
  bool unreachable = false;
};

/// Where a file is that somebody needs does not matter.
Attempt failed(const Error& error, const std::function<bool()>& wanted) {
  if (error.code() == Errc::file_not_found) return {.outcome = Storage::Removed::gone};
  if (wanted()) return {.outcome = Storage::Removed::wanted};
  return {.fault = error.what(), .unreachable = error.code() == Errc::unavailable};
}

/// `wanted` speaks with the database: what it throws is no fault of the storage, and ends the job.
Attempt attempt(const Storage& storage, const Removal& removal, const std::function<bool()>& wanted) {
  std::optional<Error> database_fault;
  const auto asked = [&] {
    try {
      return wanted();
    } catch (const Error& error) {
      database_fault = error;
      return true;
    }
  };
  try {
    const Attempt done{.outcome = storage.remove(removal.file, removal.version, asked)};
    if (database_fault) throw Error{*database_fault};
    return done;
  } catch (const Error& error) {
    if (database_fault) throw;
    return failed(error, wanted);
  }
}

/// What an attempt would come to.
Attempt foresee(const Storage& storage, const Removal& removal, const std::function<bool()>& wanted) {
  if (wanted()) return {.outcome = Storage::Removed::wanted};
  try {
    const bool same = storage.open(removal.file)->version() == removal.version;
    return {.outcome = same ? Storage::Removed::removed : Storage::Removed::changed};
  } catch (const Error& error) {
    return failed(error, wanted);
  }
}

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
      const Attempt done =
          run.mode == Mode::real ? attempt(*storage->second, removal, wanted) : foresee(*storage->second, removal, wanted);
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
