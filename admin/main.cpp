#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "admin/commands.h"
#include "core/error.h"
#include "sql/database.h"

namespace {

using namespace claimcheck;

// docs/cli.md: 0 ok, 1 refused or failed, 2 usage or configuration, 75 try again later (sysexits.h EX_TEMPFAIL).
constexpr int failed = 1;
constexpr int usage_fault = 2;
constexpr int try_again_later = 75;

/// Prints "error: …" and what to do, and chooses the exit status.
int explain(const Error& error) {
  const std::string_view what = error.what();
  switch (error.code()) {
    case Errc::bad_request:
      if (!what.empty()) fmt::print(stderr, "error: {}\nhint: `claimcheck --help` shows every command\n", what);
      return usage_fault;
    case Errc::unavailable:
      fmt::print(stderr, "error: {}\nhint: mend that, then try again; nothing was changed\n", what);
      return try_again_later;
    case Errc::file_not_found:
      fmt::print(stderr, "error: {}\nhint: the path is relative to the storage's root, and must be a regular file\n", what);
      return failed;
    default:
      fmt::print(stderr, "error: {}\n", what);
      return failed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  admin::Options options;
  CLI::App app{"claimcheck: links to files in a locked folder"};
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--config", options.config, "the configuration file; without it claimcheck.toml is looked for");
  app.add_flag("--json", options.json, "print JSON for programs");
  app.set_version_flag("--version", CLAIMCHECK_VERSION);
  admin::add_token_commands(app, options);
  admin::add_stats_command(app, options);
  admin::add_key_commands(app, options);
  admin::add_mail_commands(app, options);
  admin::add_message_command(app, options);
  admin::add_privacy_commands(app, options);
  admin::add_site_commands(app, options);
  admin::add_setup_commands(app, options);
  admin::add_log_feed_command(app, options);
  admin::add_validate_command(app, options);
  admin::add_publish_command(app, options);
  options.clock = [] { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); };
  admin::add_doctor_command(app, options, options.clock, CLAIMCHECK_VERSION);
  sql::prepare_driver();
  try {
    app.parse(argc, argv);
    return options.status;
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : usage_fault;
  } catch (const Error& error) {
    return explain(error);
  } catch (const std::exception& fault) {
    fmt::print(stderr, "error: {}\n", fault.what());
    return failed;
  }
}
