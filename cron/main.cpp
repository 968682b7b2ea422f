#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "config/config.h"
#include "core/error.h"
#include "cron/expire.h"
#include "cron/purge.h"
#include "cron/settle.h"
#include "files/open_storages.h"
#include "sql/heartbeat.h"
#include "sql/migrate.h"
#include "sql/stores.h"

namespace {

using namespace claimcheck;

constexpr int some_failed = 1;
constexpr int usage_fault = 2;
constexpr int try_again_later = 75;  // sysexits.h EX_TEMPFAIL

struct Options {
  std::string config;
  bool dry_run = false, verbose = false, json = false;
};

/// What all jobs of one run did.
struct Report {
  cron::ExpireReport expired;
  cron::SettleReport settled;
  std::int64_t purged = 0;  ///< rows of the log
};

Report run_jobs(const config::Config& config, sql::Database& database, cron::Mode mode) {
  sql::SqlTokenStore tokens{database};
  sql::SqlDeliveryLog log{database};
  const Pause pause = [](std::chrono::milliseconds about) { std::this_thread::sleep_for(about); };
  const Storages storages = files::open_storages(config.storages);
  Report report;
  report.settled = cron::settle(tokens, tokens, log, pause, mode);
  report.expired = cron::expire(tokens, tokens, storages, mode, tokens.now());
  if (mode == cron::Mode::real) report.purged = cron::purge(log, tokens.now() - config.log.retention);
  return report;
}

/// "2 tokens ended, 1 file removed": what was done, without what was not.
std::string in_words(const Report& report) {
  const struct {
    std::int64_t count;
    const char *one, *many;
  } parts[] = {
      {report.settled.interrupted, "interrupted download settled", "interrupted downloads settled"},
      {report.settled.given_back, "use given back", "uses given back"},
      {report.expired.tokens, "token ended", "tokens ended"},
      {report.expired.files, "file removed", "files removed"},
      {report.purged, "row of the log forgotten", "rows of the log forgotten"},
  };
  std::string words;
  for (const auto& part : parts)
    if (part.count > 0)
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", part.count, part.count == 1 ? part.one : part.many);
  return words.empty() ? "nothing was due" : words;
}

void show(const Report& report, const Options& options) {
  if (options.json) {
    const nlohmann::ordered_json shown{{"dry_run", options.dry_run},
                                       {"interrupted", report.settled.interrupted},
                                       {"given_back", report.settled.given_back},
                                       {"expired", report.expired.tokens},
                                       {"files_removed", report.expired.files},
                                       {"files_failed", report.expired.failed},
                                       {"log_rows_removed", report.purged}};
    fmt::print("{}\n", shown.dump());
  } else if (options.verbose || options.dry_run) {
    fmt::print("{}{}\n", options.dry_run ? "dry run: " : "", in_words(report));
  }
}

int run(const Options& options) {
  const auto config = config::load_or_explain(options.config);
  if (!config) return usage_fault;
  sql::prepare_driver();
  const auto database = sql::open_database(sql::target_of(config->store));
  sql::migrate(*database);
  const Report report = run_jobs(*config, *database, options.dry_run ? cron::Mode::dry_run : cron::Mode::real);
  if (!options.dry_run) sql::beat(*database, sql::cron_heartbeat, database->now());
  show(report, options);
  if (report.expired.failed == 0) return 0;
  fmt::print(stderr, "error: {} files could not be removed\nhint: the configuration lacks their storage; add it again\n",
             report.expired.failed);
  return some_failed;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"claimcheck-cron: does what time makes due, and is quiet about it"};
  app.add_option("--config", options.config, "the configuration file; without it claimcheck.toml is looked for");
  app.add_flag("--dry-run", options.dry_run, "say what would be done, and do nothing");
  app.add_flag("-v,--verbose", options.verbose, "say what was done");
  app.add_flag("--json", options.json, "say it as JSON");
  try {
    app.parse(argc, argv);
    return run(options);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : usage_fault;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "error: {}\n", fault.what());
    return try_again_later;
  }
}
