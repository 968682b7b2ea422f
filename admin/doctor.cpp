#include "admin/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "admin/conditions_check.h"
#include "admin/context.h"
#include "admin/database_check.h"
#include "admin/gate.h"
#include "admin/lock_state.h"
#include "admin/mail_check.h"
#include "admin/test_key.h"
#include "core/error.h"
#include "files/open_storages.h"
#include "htaccess/delivery_check.h"
#include "htaccess/hand_off_check.h"
#include "htaccess/lock_check.h"
#include "htaccess/route_check.h"
#include "htaccess/worker_files.h"
#include "sql/lock_note.h"
#include "sql/stores.h"

namespace claimcheck::admin {
namespace {

namespace fs = std::filesystem;
using namespace htaccess;

std::string first_line(const fs::path& file) {
  std::ifstream stream{file};
  std::string line;
  std::getline(stream, line);
  return line;
}

/// Remembers what the answers tell of caches on the way.
Fetch watched(const Fetch& fetch, std::string& cache) {
  return [&fetch, &cache](const WebRequest& request) {
    WebAnswer answer = fetch(request);
    for (const char* name : {"CF-Cache-Status", "X-Cache", "Age"})
      if (const auto value = answer.header(name); value && cache.empty()) cache = fmt::format("{}: {}", name, *value);
    return answer;
  };
}

class Examination {
 public:
  Examination(const config::Config& config, const Consultation& consultation, Canaries& canaries, const Fetch& fetch)
      : config_(config),
        consultation_(consultation),
        premises_(premises_of(config, consultation)),
        canaries_(canaries),
        fetch_(watched(fetch, cache_)),
        target_(sql::target_of(config.store)),
        database_(sql::open_database(target_)) {}

  Findings run() {
    look_at_site();
    look_at_files();
    if (!cache_.empty())
      add({found("site.cache", premises_.url, State::warning, fmt::format("a cache answers for the site ({})", cache_))});
    return std::move(findings_);
  }

 private:
  void add(Findings more) { append(findings_, std::move(more)); }

  void look_at_site() {
    const Findings database =
        check_database(*database_, target_, consultation_.clock(), (config_.folder / "claimcheck-cron").string());
    const WebAnswer health = fetch_({.url = premises_.address("healthz")});
    std::map<std::string, Mapping> mappings;
    bool tried = false, proved = false;
    if (health.failure == Failure::none)
      for (const LockedFolder& folder : premises_.folders) {
        Canaries::sweep(folder.path, consultation_.clock());
        Canaries::sweep(folder.path.parent_path(), consultation_.clock());
        if (folder.outside || folder.url.empty()) continue;
        const Mapping mapping = prove_mapping(premises_, folder, canaries_, fetch_);
        tried = tried || mapping.tried;
        proved = proved || mapping.proved;
        mappings[folder.storage] = mapping;
      }
    Route route = judge_route(premises_, health, tried && !proved, fetch_);
    add(std::move(route.findings));
    const bool stores_work =
        std::ranges::none_of(database, [](const Finding& each) { return each.state == State::fault && each.check != "cron"; });
    if (route.ours && stores_work) {
      add(check_paths_beside(premises_, config::paths_beside(config_), fetch_));
      look_at_worker();
    }
    for (const LockedFolder& folder : premises_.folders) look_at_lock(folder, mappings[folder.storage], health);
    add(database);
    add(check_conditions(config_, files::open_storages(config_.storages, config_.profiles, consultation_.clock)));
    if (!stores_work) return;
    look_at_mail();
    const Time now = database_->now();
    sql::note_lock(*database_, {.state = lock_state_of(findings_), .at = now});
  }

  void look_at_mail() {
    sql::SqlOutbox mails{*database_};
    add(check_mail(config_, mails, database_->now()));
  }

  void look_at_worker() {
    try {
      ask_for_everything();
    } catch (const Error& error) {
      add({found("delivery", premises_.url, State::unverified, error.what())});
    }
  }

  void ask_for_everything() {
    const Random random = secure_random();
    const Pause back_off = sleep_about;
    sql::SqlTokenStore tokens{*database_};
    sql::SqlKeyStore keys{*database_};
    add({check_authorization(premises_, Secret::make(random).reveal(), fetch_)});
    const TestKey key{keys, tokens.now(), random};
    report_ = ask_worker(premises_, key.text(), fetch_);
    if (!report_)
      return add({found("route.version", premises_.url, State::fault,
                        "the worker does not tell its version: it is an older one, or has another database than this "
                        "configuration")});
    add(check_report(premises_, *report_, consultation_.version));
    const Storages storages = files::open_storages(config_.storages, config_.profiles, consultation_.clock);
    TestLinks links{premises_, tokens, storages, random, back_off};
    for (const LockedFolder& folder : premises_.folders) look_at_delivery(folder, *report_, key.text(), links);
  }

  void look_at_delivery(const LockedFolder& folder, const WorkerReport& report, const std::string& key, TestLinks& links) {
    Findings streamed = check_delivery(folder, Exact::always, links, canaries_, fetch_);
    const bool arrives = std::ranges::none_of(
        streamed, [](const Finding& each) { return each.check == "permission.storage" || each.state == State::unverified; });
    add(std::move(streamed));
    if (!arrives) return;
    // With another gate nothing but streaming can work, and the gate is what is to be mended.
    const bool gate_fits = !is_told("route.gate") && !is_at_fault(check_lock_block(premises_, folder, by_htaccess()));
    if (gate_fits) {
      Findings hand_off = check_hand_off(premises_, folder, report, key, canaries_, fetch_);
      const bool handed = std::ranges::any_of(
          hand_off, [](const Finding& each) { return each.check == "hand_off" && each.state == State::ok; });
      add(std::move(hand_off));
      if (handed) add(check_delivery(folder, Exact::never, links, canaries_, fetch_));
    }
    add(check_buffering(folder, links, canaries_, fetch_, [] { sleep_about(std::chrono::milliseconds{100}); }));
    add(check_delivery_time(folder, report));
  }

  /// The web server starts the worker, so what .htaccess files say reaches it.
  bool by_htaccess() const { return report_ && report_->mode != "socket"; }

  static bool is_at_fault(const Findings& findings) {
    return std::ranges::any_of(findings, [](const Finding& each) { return each.state == State::fault; });
  }

  bool is_told(const char* check) const { return std::ranges::find(findings_, check, &Finding::check) != findings_.end(); }

  void look_at_lock(const LockedFolder& folder, const Mapping& mapping, const WebAnswer& health) {
    if (health.failure != Failure::none)
      return add({found("lock", folder.path.string(), State::unverified,
                        fmt::format("storage {}: the site cannot be asked: {}", folder.storage, health.reason))});
    try {
      Findings findings = check_lock(premises_, folder, mapping, canaries_, fetch_);
      const bool leaks = std::ranges::any_of(findings, [](const Finding& each) { return each.state == State::leak; });
      add(std::move(findings));
      if (!leaks) add(check_lock_block(premises_, folder, by_htaccess()));
    } catch (const Error& error) {
      add({found("lock", folder.path.string(), State::unverified, error.what())});
    }
  }

  void look_at_files() {
    const bool by_web_server = report_ ? report_->mode != "socket" : premises_.listen.empty();
    if (by_web_server && !is_told("permission.worker")) add(check_worker_files(premises_.worker));
    for (const fs::path& file : {config_.file, gate_file(config_)}) add(check_secret_file(file, premises_.docroot));
    if (!is_told("permission.worker") && !is_told("permission.config") && !is_told("permission.place"))
      add({found("permission.config", config_.file.string(), State::ok, "nobody else may read or change it")});
  }

  const config::Config& config_;
  const Consultation& consultation_;
  Premises premises_;
  Canaries& canaries_;
  std::string cache_;
  Fetch fetch_;
  sql::Target target_;
  std::unique_ptr<sql::Database> database_;
  std::optional<WorkerReport> report_;
  Findings findings_;
};

}  // namespace

Premises premises_of(const config::Config& config, const Consultation& consultation) {
  Premises premises{.url = consultation.url.empty() ? config.site.url : consultation.url,
                    .prefix = config.site.prefix,
                    .docroot = consultation.docroot,
                    .worker = consultation.worker_dir,
                    .gate = first_line(gate_file(config)),
                    .listen = config.worker.listen};
  const bool told = !consultation.docroot.empty();
  for (const auto& [name, storage] : config.storages) {
    if (storage.root.empty()) continue;  // a bucket
    LockedFolder folder{.storage = name,
                        .path = fs::weakly_canonical(storage.root),
                        .url = storage.url,
                        .delivery = std::string{to_string(storage.hand_off)}};
    if (premises.rules.empty()) find_roots(premises, folder.path);
    if (!premises.docroot.empty() && folder.url.empty()) folder.url = url_path(folder.path, premises.docroot);
    folder.outside = told && folder.url.empty();
    premises.folders.push_back(std::move(folder));
  }
  if (premises.worker.empty()) premises.worker = worker_folder(premises);
  if (!Secret::parse(premises.gate)) premises.gate.clear();
  return premises;
}

Findings examine(const config::Config& config, const Consultation& consultation, Canaries& canaries, const Fetch& fetch) {
  return Examination{config, consultation, canaries, fetch}.run();
}

}  // namespace claimcheck::admin
