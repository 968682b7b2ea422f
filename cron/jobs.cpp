#include "cron/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/email_address.h"
#include "core/error.h"
#include "cron/expire.h"
#include "cron/notices.h"
#include "cron/orphans.h"
#include "cron/purge.h"
#include "cron/remove_files.h"
#include "cron/report_failures.h"
#include "cron/settle.h"
#include "cron/tally.h"
#include "cron/warn.h"

namespace claimcheck::cron {
namespace {

class Jobs {
 public:
  Jobs(const JobPorts& ports, const JobSettings& settings, const Run& run) : ports_(ports), settings_(settings), run_(run) {
    report_.dry_run = run.mode == Mode::dry_run;
    if (!ports.seal) return;
    try {
      seal_.emplace(ports.seal());
    } catch (const Error& error) {
      no_seal_ = error;
      return;
    }
    notices_.emplace(ports.outbox, ports.mails, *seal_, ports.random, is_deliverable(settings.support) ? settings.support : "");
  }

  struct Job {
    const char* name;
    void (Jobs::*work)();
  };
  static const std::array<Job, 9> all;

  void run(const Job& job) {
    try {
      (this->*job.work)();
    } catch (const Error& error) {
      fail(job.name, error.what());
      report_.unavailable = report_.unavailable || error.code() == Errc::unavailable;
    }
  }

  Report report() && { return std::move(report_); }

 private:
  bool is_real() const { return run_.mode == Mode::real; }

  Notices* notices() { return notices_ ? &*notices_ : nullptr; }

  void fail(const char* job, const std::string& what) { report_.faults.push_back(fmt::format("{}: {}", job, what)); }

  void require_seal() const {
    if (no_seal_) throw Error{*no_seal_};
  }

  void settle() {
    require_seal();
    const auto done = cron::settle(ports_.tokens, ports_.sweep, ports_.log, notices(), ports_.pause, run_);
    add({"interrupted", "interrupted download settled", "interrupted downloads settled", done.interrupted});
    add({"given_back", "use given back", "uses given back", done.given_back});
    add({"receipts", "receipt queued", "receipts queued", done.receipts});
  }

  void expire() {
    ForeseenRemovals foreseen{ports_.removals};
    Removals& removals = is_real() ? ports_.removals : foreseen;
    const auto ended = cron::expire(ports_.sweep, removals, notices(), run_);
    add({"expired", "token ended", "tokens ended", ended.tokens});
    add({"incomplete", "incomplete download reported", "incomplete downloads reported", ended.told});
    const auto removed = remove_files(removals, ports_.sweep, ports_.storages, run_);
    add({"files_removed", "file removed", "files removed", removed.files});
    add({"files_failed", "file not removed", "files not removed", removed.failed});
    report_.unavailable = report_.unavailable || removed.unreachable;
    if (removed.failed > 0)
      fail("expire", fmt::format("{} of the files to remove are left: {}", removed.failed, removed.fault));
  }

  void warn() {
    require_seal();
    if (!notices_) return;
    add({"warnings", "warning queued", "warnings queued", cron::warn(ports_.warnings, ports_.log, *notices_, run_)});
  }

  void report_failures() {
    require_seal();
    if (!notices_) return;
    const Time since = ports_.failures_read_until().value_or(run_.now - std::chrono::hours{24});
    const auto done = cron::report_failures(ports_.tokens, ports_.refusals, *notices_, since, run_);
    if (is_real()) ports_.note_failures_read_until(done.read_until);
    add({"failures", "failure reported", "failures reported", done.queued});
  }

  void orphans() {
    for (const OrphanSettings& each : settings_.orphans) {
      const auto done = remove_orphans(each, settings_.storages, ports_.storages, ports_.sweep, run_);
      add({"orphans_removed", "orphan removed", "orphans removed", done.files});
      add({"orphans_failed", "orphan not removed", "orphans not removed", done.failed});
      if (done.failed > 0) fail("orphans", done.fault);
    }
  }

  void tally() {
    add({"hours_tallied", "hour of the log tallied", "hours of the log tallied",
         cron::tally(ports_.tally, settings_.log_retention, run_)});
  }

  void purge() {
    if (!is_real()) return;
    // What is not tallied yet is still needed.
    const Time tallied = ports_.tally.tallied_until();
    const Time log_end = std::min(run_.now - settings_.log_retention, tallied);
    const Time token_end = std::min(run_.now - settings_.token_retention, tallied);
    add({"log_rows_removed", "row of the log forgotten", "rows of the log forgotten",
         cron::purge([&](int limit) { return ports_.log.prune(log_end, limit); }, run_)});
    add({"tokens_forgotten", "token forgotten", "tokens forgotten",
         cron::purge([&](int limit) { return ports_.sweep.forget(token_end, limit); }, run_)});
    add({"mails_forgotten", "mail forgotten", "mails forgotten",
         cron::purge([&](int limit) { return ports_.mails.forget(run_.now - settings_.log_retention, limit); }, run_)});
  }

  void send() {
    require_seal();
    if (!seal_ || !ports_.send) return;
    const auto done = ports_.send(*seal_, run_);
    add({"mails_sent", "mail sent", "mails sent", done.sent});
    add({"mails_postponed", "mail postponed", "mails postponed", done.postponed});
    add({"mails_failed", "mail failed", "mails failed", done.failed});
    add({"mails_obsolete", "mail not needed any more", "mails not needed any more", done.obsolete});
    if (!done.fault.empty()) fail("send", "the mail server cannot be used: " + done.fault);
    if (done.failed > 0) fail("send", fmt::format("{} mails can never be sent; `claimcheck mail list` tells why", done.failed));
  }

  void beat() {
    if (is_real()) ports_.note_heartbeat(run_.now);
  }

  void add(const Count& count) {
    const auto known = std::ranges::find(report_.counts, count.key, &Count::key);
    if (known == report_.counts.end())
      report_.counts.push_back(count);
    else
      known->number += count.number;
  }

  const JobPorts& ports_;
  const JobSettings& settings_;
  const Run& run_;
  std::optional<Seal> seal_;
  std::optional<Error> no_seal_;  ///< why mails that are configured cannot be sealed
  std::optional<Notices> notices_;
  Report report_;
};

constexpr std::array<Jobs::Job, 9> Jobs::all{{{"settle", &Jobs::settle},
                                              {"expire", &Jobs::expire},
                                              {"warn", &Jobs::warn},
                                              {"report", &Jobs::report_failures},
                                              {"orphans", &Jobs::orphans},
                                              {"tally", &Jobs::tally},
                                              {"purge", &Jobs::purge},
                                              {"send", &Jobs::send},
                                              {"heartbeat", &Jobs::beat}}};

}  // namespace

std::vector<std::string> job_names() {
  std::vector<std::string> names(Jobs::all.size());
  std::ranges::transform(Jobs::all, names.begin(), &Jobs::Job::name);
  return names;
}

Report run_jobs(const JobPorts& ports, const JobSettings& settings, const Run& run, std::span<const std::string> only) {
  Jobs jobs{ports, settings, run};
  for (const auto& job : Jobs::all)
    if (only.empty() || std::ranges::find(only, job.name) != only.end()) jobs.run(job);
  return std::move(jobs).report();
}

}  // namespace claimcheck::cron
