#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "core/error.h"
#include "core/representation.h"
#include "sql/migrate.h"

namespace claimcheck::admin {
namespace {

void migrate(const Options& options) {
  const config::Config config = load_config(options);
  const auto database = sql::open_database(sql::target_of(config.store));
  const std::vector<std::string> applied = sql::migrate(*database);
  make_mail_key(config);
  if (options.json) {
    fmt::print("{}\n", Json{{"applied", applied}}.dump());
  } else if (applied.empty()) {
    fmt::print("The database is up to date.\n");
  } else {
    for (const std::string& name : applied) fmt::print("applied    {}\n", name);
  }
}

void check(const Options& options) {
  const config::Config config = load_config(options);
  if (options.json) {
    fmt::print("{}\n", Json{{"ok", true}}.dump());
  } else {
    fmt::print("The configuration is in order: {} with {} storage{} and {} polic{}.\n", config.site.url, config.storages.size(),
               config.storages.size() == 1 ? "" : "s", config.policies.size(), config.policies.size() == 1 ? "y" : "ies");
  }
}

}  // namespace

void add_setup_commands(CLI::App& app, Options& options) {
  CLI::App* migrations = app.add_subcommand("migrate", "bring the database's tables up to date");
  migrations->callback([&options] { migrate(options); });

  const auto example = std::make_shared<bool>(false);
  const auto reference = std::make_shared<bool>(false);
  CLI::App* configuration = app.add_subcommand("check", "report everything that is wrong with the configuration");
  configuration->add_flag("--example", *example, "print a commented configuration file instead");
  configuration->add_flag("--reference", *reference, "print the page about all settings instead");
  configuration->callback([&options, example, reference] {
    if (*example) return fmt::print("{}", config::example());
    if (*reference) return fmt::print("{}", config::reference());
    check(options);
  });
}

}  // namespace claimcheck::admin
