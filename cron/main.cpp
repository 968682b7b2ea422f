#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "config/config.h"
#include "core/error.h"
#include "cron/expire.h"
#include "files/open_storages.h"
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

int run(const Options& options) {
  const auto config = config::load_or_explain(options.config);
  if (!config) return usage_fault;
  sql::prepare_driver();
  const auto database = sql::open_database(sql::target_of(config->store));
  sql::migrate(*database);
  sql::SqlTokenStore tokens{*database};
  const Storages storages = files::open_storages(config->storages);
  const auto mode = options.dry_run ? cron::Mode::dry_run : cron::Mode::real;
  const cron::ExpireReport report = cron::expire(tokens, tokens, storages, mode, tokens.now());
  if (options.json) {
    const nlohmann::ordered_json shown{{"dry_run", options.dry_run},
                                       {"expired", report.tokens},
                                       {"files_removed", report.files},
                                       {"files_failed", report.failed}};
    fmt::print("{}\n", shown.dump());
  } else if (options.verbose || options.dry_run) {
    fmt::print("{}{} token{} ended, {} file{} removed\n", options.dry_run ? "dry run: " : "", report.tokens,
               report.tokens == 1 ? "" : "s", report.files, report.files == 1 ? "" : "s");
  }
  if (report.failed == 0) return 0;
  fmt::print(stderr, "error: {} files could not be removed\nhint: the configuration lacks their storage; add it again\n",
             report.failed);
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
