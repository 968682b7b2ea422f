#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/table.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

Exported export_all(Context& context, const std::string& address) {
  Exported all;
  for (std::int64_t page = 1; !all.done; ++page) {
    Exported part = export_person(context.privacy, address, page, context.tokens.now());
    std::ranges::move(part.items, std::back_inserter(all.items));
    all.done = part.done;
  }
  return all;
}

void show(const Exported& exported) {
  std::string_view group;
  for (const PersonalItem& item : exported.items) {
    if (item.group != group) fmt::print("{}{}\n", group.empty() ? "" : "\n", item.label);
    group = item.group;
    std::vector<std::vector<std::string>> rows;
    rows.reserve(item.details.size());
    for (const auto& [name, value] : item.details) rows.push_back({"  " + name, value});
    fmt::print("\n  {}\n{}", item.id, table(rows));
  }
}

void export_about(const Options& options, const std::string& email) {
  const std::string address = sought_address(email);
  Context context{options};
  const Exported exported = export_all(context, address);
  if (options.json)
    fmt::print("{}\n", represent(exported).dump());
  else if (exported.items.empty())
    fmt::print("Nothing is known about {}.\n", address);
  else
    show(exported);
}

void add(Erased& all, const Erased& part) {
  all.links += part.links;
  all.mails += part.mails;
  all.messages.insert(all.messages.end(), part.messages.begin(), part.messages.end());
  all.done = part.done;
}

void erase_about(const Options& options, const std::string& email) {
  const std::string address = sought_address(email);
  Context context{options};
  Erased erased;
  while (!erased.done) add(erased, erase_person(context.privacy, context.privacy, context.tokens, context.pause, address));
  if (options.json) {
    fmt::print("{}\n", represent(erased).dump());
    return;
  }
  if (erased.links + erased.mails == 0)
    fmt::print("Nothing is known about {}.\n", address);
  else
    fmt::print(
        "{} is forgotten: {} link{}, {} mail{}. The links work as before, and every count is what it was; networks in the log "
        "are anonymised.\n",
        address, erased.links, erased.links == 1 ? "" : "s", erased.mails, erased.mails == 1 ? "" : "s");
  for (const std::string& message : erased.messages) fmt::print("{}\n", message);
}

}  // namespace

void add_privacy_commands(CLI::App& app, Options& options) {
  CLI::App* privacy = app.add_subcommand("privacy", "what is known about a person");
  privacy->require_subcommand(1);
  const auto email = std::make_shared<std::string>();
  CLI::App* exporting = privacy->add_subcommand("export", "tell all of it");
  exporting->add_option("--email", *email, "the person's address")->required();
  exporting->callback([&options, email] { export_about(options, *email); });
  CLI::App* erasing = privacy->add_subcommand("erase", "forget it; links, downloads and counts stay");
  erasing->add_option("--email", *email, "the person's address")->required();
  erasing->callback([&options, email] { erase_about(options, *email); });
}

}  // namespace claimcheck::admin
