#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <thread>

#include "config/config.h"
#include "core/descriptor.h"
#include "core/error.h"
#include "core/quantity.h"
#include "cron/compose.h"
#include "cron/jobs.h"
#include "cron/transport.h"
#include "cron/wiring.h"
#include "files/open_storages.h"
#include "sql/heartbeat.h"
#include "sql/migrate.h"
#include "sql/stores.h"

namespace {

using namespace claimcheck;
using std::chrono::steady_clock;

constexpr int some_failed = 1;
constexpr int usage_fault = 2;
constexpr int try_again_later = 75;                          // sysexits.h EX_TEMPFAIL
constexpr seconds longest_run = mail_in_hand - seconds{60};  // a mail that a run has in hand stays its own

struct Options {
  std::string config, now;
  std::vector<std::string> only;
  std::int64_t max_seconds = 600;
  bool dry_run = false, verbose = false, json = false;
};

std::optional<Time> parse_moment(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto time = parse_rfc3339(text)) return time;
  if (const auto number = parse_number(text)) return from_unix(*number);
  throw Error{Errc::bad_request, "--now must be a moment such as 2026-11-21T15:00:00Z, or seconds since 1970"};
}

cron::Report run_jobs(const Options& options, const config::Config& config, sql::Database& database) {
  sql::SqlTokenStore tokens{database};
  sql::SqlDeliveryLog log{database};
  sql::SqlRemovals removals{database};
  sql::SqlOutbox outbox{database};
  sql::SqlStatistics statistics{database};
  const Clock clock = [] { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); };
  const Storages storages = files::open_storages(config.storages, config.profiles, clock);
  const Random random = secure_random();
  const Pause pause = [](std::chrono::milliseconds about) { std::this_thread::sleep_for(about); };
  const std::string failures_read_until = "failures_read_until";
  cron::JobPorts ports = cron::job_ports(tokens, log, removals, statistics, outbox, storages, random, pause);
  ports.failures_read_until = [&] { return sql::last_beat(database, failures_read_until); };
  ports.note_failures_read_until = [&](Time until) { sql::beat(database, failures_read_until, until); };
  ports.note_heartbeat = [&](Time now) { sql::beat(database, sql::cron_heartbeat, now); };
  ports.seal = cron::mail_seal(config, config::IfMissing::make);
  const MailSettings& mail = config.mail;
  if (const auto transport = std::shared_ptr{cron::open_transport(mail)})
    ports.send = [&, transport](const Seal& seal, const cron::Run& run) {
      cron::MailComposer composer{{.tokens = tokens,
                                   .deliveries = log,
                                   .mails = outbox,
                                   .storages = storages,
                                   .seal = seal,
                                   .site = config.site,
                                   .settings = mail,
                                   .now = run.now}};
      return cron::send(outbox, composer, *transport, {.per_run = mail.per_run, .per_hour = mail.per_hour}, run);
    };
  const auto deadline = steady_clock::now() + seconds{options.max_seconds};
  const cron::Run run{.now = database.now(),
                      .mode = options.dry_run ? cron::Mode::dry_run : cron::Mode::real,
                      .time_is_up = [=] { return steady_clock::now() >= deadline; }};
  return cron::run_jobs(ports, cron::job_settings(config), run, options.only);
}

/// Prints what is to be told. @return the exit status
int tell(const cron::Report& report, const Options& options) {
  if (options.json)
    fmt::print("{}\n", cron::in_json(report));
  else if (options.verbose || options.dry_run)
    fmt::print("{}\n", cron::in_words(report));
  for (const std::string& fault : report.faults) fmt::print(stderr, "error: {}\n", fault);
  return report.unavailable ? try_again_later : report.faults.empty() ? 0 : some_failed;
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
    alone = database->with_lock(cron::database_lock, sql::IfHeld::give_up, [&] {
      sql::migrate(*database);
      status = tell(run_jobs(options, *config, *database), options);
    });
  }
  if (!alone && options.verbose) fmt::print("another run is at work; it does what is due\n");
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"claimcheck-cron: does what time makes due, and is quiet about it"};
  app.add_option("--config", options.config, "the configuration file; without it claimcheck.toml is looked for");
  app.add_option("--only", options.only, "these jobs only, with commas in between")
      ->delimiter(',')
      ->check(CLI::IsMember(cron::job_names()));
  app.add_option("--max-seconds", options.max_seconds, "begin nothing new after so long; the next run goes on")
      ->check(CLI::Range(std::int64_t{1}, longest_run.count()))
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
