#include "admin/mending.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "admin/gate.h"
#include "admin/route.h"
#include "config/edit.h"
#include "core/error.h"
#include "htaccess/install.h"
#include "sql/migrate.h"

namespace claimcheck::admin {
namespace {

namespace fs = std::filesystem;
using namespace htaccess;

class Mending {
 public:
  Mending(const config::Config& config, const Premises& premises) : config_(config), premises_(premises) {}

  /// What was done about a mendable finding, in words; nothing if nothing can be done.
  std::optional<std::string> about(const Finding& finding) {
    const std::string& check = finding.check;
    if (check == "lock" || check == "lock.gate" || check == "lock.block") {
      install_lock(finding.subject, gate());
      return "wrote the lock again";
    }
    if (check == "route.block" || check == "route.order" || check == "route.beside") {
      if (premises_.worker.empty()) return std::nullopt;
      install_route(config_, premises_);
      return "wrote the rewrite block at the top";
    }
    const bool worker_block =
        check == "route.gate" || check == "route.handler" || check == "route.exec" || check == "authorization";
    if (worker_block && !premises_.worker.empty()) return write_worker_block();
    if (check == "permission.worker") {
      fs::permissions(finding.subject, fs::perms::group_write | fs::perms::others_write, fs::perm_options::remove);
      fs::permissions(finding.subject, fs::perms::owner_exec, fs::perm_options::add);
      return "took the right to write it from group and others";
    }
    if (check == "database.migrations") {
      sql::migrate(*sql::open_database(sql::target_of(config_.store)));
      return "brought the tables up to date";
    }
    if (finding.way) return store_delivery(finding.subject, *finding.way);
    return std::nullopt;
  }

 private:
  std::optional<std::string> store_delivery(const std::string& storage, const DeliveryWay& way) {
    const std::string table = "storage." + storage;
    const auto text = read_file(config_.file.string());
    if (!text) return std::nullopt;
    std::string changed = config::with_setting(*text, table, "delivery", to_string(way.hand_off));
    if (!way.url.empty() && way.url != config_.storages.at(storage).url)
      changed = config::with_setting(changed, table, "url", way.url);
    const config::Parsed parsed = config::parse(changed, config_.folder);
    const auto stored = parsed.config.storages.find(storage);
    const bool understood =
        parsed.faults.empty() && stored != parsed.config.storages.end() && stored->second.hand_off == way.hand_off;
    if (!understood) throw Error{Errc::bad_request, "the configuration is written in a way that only its author can change"};
    replace_file(config_.file.string(), changed);
    return fmt::format("wrote delivery = \"{}\" into {}; it holds once the worker starts anew", to_string(way.hand_off),
                       config_.file.string());
  }

  /// A block that is up to date already would not help.
  std::optional<std::string> write_worker_block() {
    const auto changes = install_worker(premises_.worker.string(), gate());
    const bool changed = std::ranges::any_of(changes, [](const FileChange& each) { return each.change != Change::unchanged; });
    return changed ? std::optional<std::string>{"wrote the worker's handler block again"} : std::nullopt;
  }

  std::string gate() const { return gate_of(config_, secure_random()); }

  const config::Config& config_;
  const Premises& premises_;
};

}  // namespace

Findings mend(const Findings& findings, const config::Config& config, const Premises& premises) {
  Findings done;
  std::set<std::pair<std::string, std::string>> seen;
  Mending mending{config, premises};
  for (const Finding& finding : findings) {
    if (!finding.mendable || !seen.emplace(finding.check, finding.subject).second) continue;
    try {
      if (const auto what = mending.about(finding)) done.push_back(found(finding.check, finding.subject, State::mended, *what));
    } catch (const std::exception& fault) {
      done.push_back(
          found(finding.check, finding.subject, State::warning, fmt::format("it could not be mended: {}", fault.what())));
    }
  }
  return done;
}

}  // namespace claimcheck::admin
