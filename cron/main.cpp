#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <thread>

#include "config/config.h"
#include "config/mail_key.h"
#include "core/descriptor.h"
#include "core/error.h"
#include "cron/compose.h"
#include "cron/expire.h"
#include "cron/orphans.h"
#include "cron/purge.h"
#include "cron/remove_files.h"
#include "cron/report.h"
#include "cron/report_failures.h"
#include "cron/send.h"
#include "cron/settle.h"
#include "cron/warn.h"
#include "files/open_storages.h"
#include "sql/heartbeat.h"
#include "sql/migrate.h"
#include "sql/notes.h"
#include "sql/stores.h"

namespace {

using namespace claimcheck;
using std::chrono::steady_clock;

constexpr int some_failed = 1;
constexpr int usage_fault = 2;
constexpr int try_again_later = 75;  // sysexits.h EX_TEMPFAIL
constexpr int longest_run = 840;     // seconds; shorter than a mail is in a run's hand

struct Options {
  std::string config, now;
  std::vector<std::string> only;
  std::int64_t max_seconds = 600;
  bool dry_run = false, verbose = false, json = false;
};

/// The jobs of one run, over one connection.
class Jobs {
 public:
  Jobs(const config::Config& config, sql::Database& database, cron::Run run)
      : config_(config), database_(database), run_(std::move(run)), storages_(files::open_storages(config.storages)) {
    report_.dry_run = run_.mode == cron::Mode::dry_run;
    if (config.mail.transport == MailSettings::Transport::off) return;
    try {
      seal_.emplace(config::mail_key(config, config::IfMissing::make));
    } catch (const Error& error) {
      no_seal_ = error;
      return;
    }
    const bool support_is_mail = is_deliverable(config.site.support);
    notices_.emplace(outbox_, outbox_, *seal_, random_, support_is_mail ? config.site.support : "");
  }

  struct Job {
    const char* name;
    void (Jobs::*work)();
  };

  /// In the order in which they run: what is found out first, then what is told of it.
  static const std::vector<Job>& all() {
    static const std::vector<Job> jobs{{"settle", &Jobs::settle}, {"expire", &Jobs::expire},   {"warn", &Jobs::warn},
                                       {"report", &Jobs::tell},   {"orphans", &Jobs::orphans}, {"purge", &Jobs::purge},
                                       {"send", &Jobs::send},     {"heartbeat", &Jobs::beat}};
    return jobs;
  }

  /// What one job cannot do does not keep the others from their work.
  void run(const Job& job) {
    try {
      (this->*job.work)();
    } catch (const Error& error) {
      fail(job.name, error.what());
      unavailable_ = unavailable_ || error.code() == Errc::unavailable;
    }
  }

  const cron::Report& report() const { return report_; }

  int status() const { return unavailable_ ? try_again_later : report_.faults.empty() ? 0 : some_failed; }

 private:
  bool is_real() const { return run_.mode == cron::Mode::real; }

  cron::Notices* notices() { return notices_ ? &*notices_ : nullptr; }

  void fail(const char* job, const std::string& what) { report_.faults.push_back(fmt::format("{}: {}", job, what)); }

  /// For jobs that tell people something: what they cannot tell they must not take for told.
  void require_seal() const {
    if (no_seal_) throw Error{*no_seal_};
  }

  void settle() {
    require_seal();
    const auto done = cron::settle(tokens_, tokens_, log_, notices(), pause_, run_);
    add({"interrupted", "interrupted download settled", "interrupted downloads settled", done.interrupted});
    add({"given_back", "use given back", "uses given back", done.given_back});
    add({"receipts", "receipt queued", "receipts queued", done.receipts});
  }

  void expire() {
    cron::ForeseenRemovals foreseen{removals_};
    Removals& removals = is_real() ? static_cast<Removals&>(removals_) : foreseen;
    const auto ended = cron::expire(tokens_, removals, notices(), run_);
    add({"expired", "token ended", "tokens ended", ended.tokens});
    add({"incomplete", "incomplete download reported", "incomplete downloads reported", ended.told});
    const auto removed = cron::remove_files(removals, tokens_, storages_, run_);
    add({"files_removed", "file removed", "files removed", removed.files});
    add({"files_failed", "file not removed", "files not removed", removed.failed});
    unavailable_ = unavailable_ || removed.unreachable;
    if (removed.failed > 0)
      fail("expire", fmt::format("{} of the files to remove are left: {}", removed.failed, removed.fault));
  }

  void warn() {
    require_seal();
    if (notices_) add({"warnings", "warning queued", "warnings queued", cron::warn(tokens_, log_, *notices_, run_)});
  }

  void tell() {
    require_seal();
    if (!notices_) return;
    const std::string name = "failures_read_until";
    const auto noted = sql::last_beat(database_, name);
    const auto done = cron::report_failures(tokens_, log_, *notices_, noted.value_or(run_.now - std::chrono::hours{24}), run_);
    if (is_real()) sql::beat(database_, name, done.read_until);
    add({"failures", "failure reported", "failures reported", done.queued});
  }

  void orphans() {
    for (const OrphanSettings& each : config_.orphans) {
      const auto done = cron::remove_orphans(each, config_.storages, storages_, tokens_, run_);
      add({"orphans_removed", "orphan removed", "orphans removed", done.files});
      add({"orphans_failed", "orphan not removed", "orphans not removed", done.failed});
      if (done.failed > 0) fail("orphans", done.fault);
    }
  }

  void purge() {
    if (!is_real()) return;
    const Time log_end = run_.now - config_.log.retention, token_end = run_.now - config_.log.token_retention;
    add({"log_rows_removed", "row of the log forgotten", "rows of the log forgotten",
         cron::purge([&](int limit) { return log_.prune(log_end, limit); }, run_)});
    add({"tokens_forgotten", "token forgotten", "tokens forgotten",
         cron::purge([&](int limit) { return tokens_.forget(token_end, limit); }, run_)});
    add({"mails_forgotten", "mail forgotten", "mails forgotten",
         cron::purge([&](int limit) { return outbox_.forget(log_end, limit); }, run_)});
  }

  std::unique_ptr<cron::Transport> open_transport() const {
    const MailSettings& mail = config_.mail;
    if (mail.transport == MailSettings::Transport::sendmail) return cron::open_sendmail(mail.program);
    using Ours = MailSettings::Security;
    using Theirs = cron::SmtpSettings::Security;
    return cron::open_smtp({.host = mail.host,
                            .port = static_cast<int>(mail.port),
                            .security = mail.security == Ours::starttls ? Theirs::starttls
                                        : mail.security == Ours::tls    ? Theirs::tls
                                                                        : Theirs::none,
                            .user = mail.user,
                            .password = mail.password,
                            .ca_file = mail.ca_file,
                            .helo = std::string{domain_of(parse_mailbox(mail.from).value().address)}});
  }

  void send() {
    require_seal();
    const MailSettings& mail = config_.mail;
    if (mail.transport == MailSettings::Transport::off || mail.transport == MailSettings::Transport::none) return;
    cron::MailComposer composer{{.tokens = tokens_,
                                 .deliveries = log_,
                                 .mails = outbox_,
                                 .storages = storages_,
                                 .seal = *seal_,
                                 .site = config_.site,
                                 .settings = mail,
                                 .now = run_.now}};
    const auto transport = open_transport();
    const auto done = cron::send(outbox_, composer, *transport, {.per_run = mail.per_run, .per_hour = mail.per_hour}, run_);
    add({"mails_sent", "mail sent", "mails sent", done.sent});
    add({"mails_postponed", "mail postponed", "mails postponed", done.postponed});
    add({"mails_failed", "mail failed", "mails failed", done.failed});
    add({"mails_obsolete", "mail not needed any more", "mails not needed any more", done.obsolete});
    if (!done.fault.empty()) fail("send", "the mail server cannot be used: " + done.fault);
    if (done.failed > 0) fail("send", fmt::format("{} mails can never be sent; `claimcheck mail list` tells why", done.failed));
  }

  void beat() {
    if (is_real()) sql::beat(database_, sql::cron_heartbeat, run_.now);
  }

  void add(const cron::Count& count) {
    for (cron::Count& each : report_.counts)
      if (each.key == count.key) {
        each.number += count.number;
        return;
      }
    report_.counts.push_back(count);
  }

  const config::Config& config_;
  sql::Database& database_;
  cron::Run run_;
  Storages storages_;
  sql::SqlTokenStore tokens_{database_};
  sql::SqlDeliveryLog log_{database_};
  sql::SqlRemovals removals_{database_};
  sql::SqlOutbox outbox_{database_};
  Random random_ = secure_random();
  Pause pause_ = [](std::chrono::milliseconds about) { std::this_thread::sleep_for(about); };
  std::optional<Seal> seal_;
  std::optional<Error> no_seal_;  ///< why mails that are configured cannot be sealed
  std::optional<cron::Notices> notices_;
  cron::Report report_;
  bool unavailable_ = false;
};

std::optional<Time> parse_moment(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto time = parse_rfc3339(text)) return time;
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size())
    throw Error{Errc::bad_request, "--now must be a moment such as 2026-11-21T15:00:00Z, or seconds since 1970"};
  return from_unix(number);
}

int run_jobs(const Options& options, const config::Config& config, sql::Database& database) {
  sql::migrate(database);
  const auto deadline = steady_clock::now() + seconds{options.max_seconds};
  Jobs jobs{config,
            database,
            {.now = database.now(), .mode = options.dry_run ? cron::Mode::dry_run : cron::Mode::real, .time_is_up = [=] {
               return steady_clock::now() >= deadline;
             }}};
  for (const auto& job : Jobs::all())
    if (options.only.empty() || std::ranges::find(options.only, job.name) != options.only.end()) jobs.run(job);
  const cron::Report& report = jobs.report();
  if (options.json)
    fmt::print("{}\n", cron::in_json(report));
  else if (options.verbose || options.dry_run)
    fmt::print("{}\n", cron::in_words(report));
  for (const std::string& fault : report.faults) fmt::print(stderr, "error: {}\n", fault);
  return jobs.status();
}

int run(const Options& options) {
  const auto config = config::load_or_explain(options.config);
  if (!config) return usage_fault;
  // One runner on this machine: the lock is on the configuration file itself and ends with the process, however that ends. One
  // on all machines: the database's lock.
  const Descriptor own{::open(config->file.c_str(), O_RDONLY | O_CLOEXEC)};
  int status = 0;
  bool alone = ::flock(own.number(), LOCK_EX | LOCK_NB) == 0;
  if (alone) {
    sql::prepare_driver();
    sql::Target target = sql::target_of(config->store);
    target.now = parse_moment(options.now);
    const auto database = sql::open_database(target);
    alone = database->with_lock("cron", sql::IfHeld::give_up, [&] { status = run_jobs(options, *config, *database); });
  }
  if (!alone && options.verbose) fmt::print("another run is at work; it does what is due\n");
  return status;
}

std::vector<std::string> job_names() {
  std::vector<std::string> names;
  for (const auto& job : Jobs::all()) names.emplace_back(job.name);
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"claimcheck-cron: does what time makes due, and is quiet about it"};
  app.add_option("--config", options.config, "the configuration file; without it claimcheck.toml is looked for");
  app.add_option("--only", options.only, "these jobs only, with commas in between")
      ->delimiter(',')
      ->check(CLI::IsMember(job_names()));
  app.add_option("--max-seconds", options.max_seconds, "begin nothing new after so long; the next run goes on")
      ->check(CLI::Range(1, longest_run))
      ->capture_default_str();
  app.add_option("--now", options.now, "act as if it were then: 2026-11-21T15:00:00Z, or seconds since 1970");
  app.add_flag("--dry-run", options.dry_run, "say what would be done, and do nothing");
  app.add_flag("-v,--verbose", options.verbose, "say what was done");
  app.add_flag("--json", options.json, "say it as JSON");
  try {
    app.parse(argc, argv);
    return run(options);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : usage_fault;
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return error.code() == Errc::bad_request ? usage_fault : try_again_later;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "error: {}\n", fault.what());
    return try_again_later;
  }
}
