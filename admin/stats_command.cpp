#include <fmt/format.h>
#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "admin/commands.h"
#include "admin/stats_report.h"
#include "core/representation.h"
#include "core/statistics.h"

namespace claimcheck::admin {
namespace {

/// Whether whoever reads this sees blocks as blocks.
bool shows_blocks() {
  if (::isatty(STDOUT_FILENO) == 0) return false;
  const std::unique_ptr<std::remove_pointer_t<locale_t>, decltype(&::freelocale)> locale{
      ::newlocale(LC_CTYPE_MASK, "", nullptr), ::freelocale};
  return locale && std::string_view{::nl_langinfo_l(CODESET, locale.get())} == "UTF-8";
}

void show_stats(const Options& options, int days) {
  Context context{options};
  const Time now = context.tokens.now();
  const Summary summary = summarise(context.statistics, last_days(days, now), now);
  if (options.json)
    fmt::print("{}\n", represent(summary).dump());
  else
    fmt::print("{}", stats_report(summary, shows_blocks() ? blocks : letters));
}

}  // namespace

void add_stats_command(CLI::App& app, Options& options) {
  const auto days = std::make_shared<int>(usual_days);
  CLI::App* stats = app.add_subcommand("stats", "how many downloads there were, of what kind, and what was refused");
  stats->add_option("--days", *days, "how many UTC days, today included")
      ->check(CLI::Range(1, most_days))
      ->capture_default_str();
  stats->callback([&options, days] { show_stats(options, *days); });
}

}  // namespace claimcheck::admin
