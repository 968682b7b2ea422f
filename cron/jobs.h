#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/delivery_log.h"
#include "core/enforcement.h"
#include "core/outbox.h"
#include "core/removals.h"
#include "core/seal.h"
#include "core/settings.h"
#include "core/statistics.h"
#include "core/storage.h"
#include "core/token_store.h"
#include "cron/report.h"
#include "cron/run.h"
#include "cron/send.h"

namespace claimcheck::cron {

/// What jobs work on. Refers to parts that have to live as long as it does; one thread's.
struct JobPorts {
  TokenStore& tokens;
  TokenSweep& sweep;
  WarningSchedule& warnings;
  DeliveryLog& log;
  RefusalFeed& refusals;
  Removals& removals;
  Tally& tally;
  Outbox& outbox;
  MailLog& mails;
  const Storages& storages;
  const Random& random;
  const Pause& pause;

  /// What mails are sealed with; empty: none are written. If it throws Error, the jobs that tell people something fail with
  /// that, and the others run: what cannot be told must not be taken for told.
  std::function<Seal()> seal;
  /// Sends the mails that are due; empty: another program does.
  std::function<SendReport(const Seal&, const Run&)> send;

  // What is noted from one run to the next. Only the jobs "report" and "heartbeat" use it. May throw Error{unavailable}.
  std::function<std::optional<Time>()> failures_read_until;  ///< nothing if no run has reported any
  std::function<void(Time)> note_failures_read_until;
  std::function<void(Time)> note_heartbeat;
};

/// Ports on stores that each are several of these parts, as those in a database and those in memory are. No mail is written or
/// sent, and nothing noted, until the functions are set.
template <class Tokens, class Log, class Mails>
JobPorts job_ports(Tokens& tokens, Log& log, Removals& removals, Tally& tally, Mails& mails, const Storages& storages,
                   const Random& random, const Pause& pause) {
  return {.tokens = tokens,
          .sweep = tokens,
          .warnings = tokens,
          .log = log,
          .refusals = log,
          .removals = removals,
          .tally = tally,
          .outbox = mails,
          .mails = mails,
          .storages = storages,
          .random = random,
          .pause = pause};
}

/// What the configuration says to jobs.
struct JobSettings {
  std::string support;  ///< Site::support: whom failures are reported to, if mail can be delivered to it
  std::map<std::string, StorageSettings> storages;
  std::vector<OrphanSettings> orphans;
  seconds log_retention{};    ///< deliveries, refusals and mails are forgotten so long after their end
  seconds token_retention{};  ///< tokens so long after they were cleaned
};

/// The names of all jobs, in the order in which they run: what is found out first, then what is told of it.
std::vector<std::string> job_names();

/// Runs jobs in that order. What one cannot do does not keep the others from their work.
/// @param only  names of jobs; empty: all
/// @return what was done, or in a dry run would be; Error of a job is one of its faults
Report run_jobs(const JobPorts& ports, const JobSettings& settings, const Run& run, std::span<const std::string> only = {});

}  // namespace claimcheck::cron
