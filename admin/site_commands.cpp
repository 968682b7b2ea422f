#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/gate.h"
#include "admin/route.h"
#include "core/error.h"
#include "core/representation.h"
#include "htaccess/install.h"
#include "htaccess/premises.h"
#include "htaccess/snippets.h"

namespace claimcheck::admin {
namespace {

struct SiteOptions {
  std::string folder;      ///< the locked folder, or the one whose .htaccess leads to the worker
  std::string worker_dir;  ///< holds claimcheck.fcgi; FOLDER/claimcheck if empty
  std::string docroot;     ///< tells the URLs of folders
  std::string server = "apache";
  std::string upstream;  ///< nginx' name for the workers it keeps connections to
};

const char* word(htaccess::Change change) {
  switch (change) {
    case htaccess::Change::created:
      return "created";
    case htaccess::Change::updated:
      return "updated";
    case htaccess::Change::unchanged:
      return "unchanged";
    case htaccess::Change::removed:
      return "removed";
  }
  return "";
}

void report(const Options& options, const std::vector<htaccess::FileChange>& changes) {
  Json shown = Json::array();
  for (const auto& change : changes) {
    if (!options.json) fmt::print("{:<10} {}\n", word(change.change), change.path);
    shown.push_back({{"path", change.path}, {"change", word(change.change)}});
  }
  if (options.json) fmt::print("{}\n", Json{{"files", std::move(shown)}}.dump());
}

/// The root of the first storage that has one; empty if all files are in buckets.
std::string first_folder(const config::Config& config) {
  for (const auto& [name, storage] : config.storages)
    if (!storage.root.empty()) return storage.root;
  return {};
}

htaccess::Site describe(const config::Config& config, const SiteOptions& given) {
  htaccess::Site site{
      .prefix = config.site.prefix, .beside = config::paths_beside(config), .locked_path = first_folder(config)};
  if (!given.docroot.empty() && !site.locked_path.empty())
    site.locked_url = htaccess::url_path(site.locked_path, given.docroot);
  constexpr std::string_view scheme = "unix:";
  if (config.worker.listen.starts_with(scheme)) site.socket = config.worker.listen.substr(scheme.size());
  site.upstream = given.upstream;
  return site;
}

std::filesystem::path worker_folder(const SiteOptions& given) {
  return given.worker_dir.empty() ? std::filesystem::path{given.folder} / "claimcheck"
                                  : std::filesystem::path{given.worker_dir};
}

void install_site(const Options& options, const SiteOptions& given) {
  const config::Config config = load_config(options);
  const auto folder = worker_folder(given);
  if (!std::filesystem::exists(folder / "claimcheck.fcgi"))
    throw Error{
        Errc::bad_request,
        fmt::format("there is no claimcheck.fcgi in {}; copy it there, or name its folder with --worker-dir", folder.string())};
  report(options, install_route(config, {.prefix = config.site.prefix,
                                         .docroot = given.docroot.empty() ? given.folder : given.docroot,
                                         .rules = given.folder,
                                         .worker = folder}));
}

void remove_site(const Options& options, const SiteOptions& given) {
  std::vector<htaccess::FileChange> changes = htaccess::remove_site(given.folder);
  const auto more = htaccess::remove_worker(worker_folder(given).string());
  changes.insert(changes.end(), more.begin(), more.end());
  report(options, changes);
}

using Snippet = std::function<std::string(const config::Config&, const htaccess::Site&)>;

void print(const Options& options, const SiteOptions& given, const std::map<std::string, Snippet>& snippets) {
  const auto snippet = snippets.find(given.server);
  if (snippet == snippets.end()) {
    std::string known;
    for (const auto& [name, each] : snippets) known += (known.empty() ? "" : ", ") + name;
    throw Error{Errc::bad_request, "there is nothing to print for " + given.server + "; known are " + known};
  }
  if (!given.upstream.empty() && given.server != "nginx")
    throw Error{Errc::bad_request, "an upstream is something of nginx; leave --upstream out for " + given.server};
  const config::Config config = load_config(options);
  fmt::print("{}", snippet->second(config, describe(config, given)));
}

/// With our markers around it, so that an installation finds a block that was added by hand.
std::string marked(std::string_view name, const std::string& block) {
  return htaccess::with_block("", name, block, htaccess::Position::top) + "\n";
}

const std::map<std::string, Snippet>& lock_snippets() {
  static const std::map<std::string, Snippet> snippets{
      {"apache",
       [](const auto& config, const auto&) {
         return marked(htaccess::lock_name, htaccess::lock_block(gate_of(config, secure_random())));
       }},
      {"nginx", [](const auto&, const auto& site) { return htaccess::nginx_snippet(site); }},
      {"lighttpd", [](const auto&, const auto& site) { return htaccess::lighttpd_snippet(site); }},
  };
  return snippets;
}

const std::map<std::string, Snippet>& site_snippets() {
  static const std::map<std::string, Snippet> snippets{
      {"apache", [](const auto&, const auto& site) { return marked(htaccess::site_name, htaccess::site_block(site)); }},
      {"worker",
       [](const auto& config, const auto&) {
         return marked(htaccess::worker_name, htaccess::worker_block(gate_of(config, secure_random())));
       }},
      {"nginx", [](const auto&, const auto& site) { return htaccess::nginx_snippet(site); }},
      {"lighttpd", [](const auto&, const auto& site) { return htaccess::lighttpd_snippet(site); }},
      {"proxy-fcgi", [](const auto&, const auto& site) { return htaccess::proxy_fcgi_snippet(site); }},
  };
  return snippets;
}

void add_print(CLI::App& noun, Options& options, const std::shared_ptr<SiteOptions>& given,
               const std::map<std::string, Snippet>& snippets) {
  CLI::App* command = noun.add_subcommand("print", "print the lines to add by hand");
  command->add_option("SERVER", given->server, "which web server's lines")->capture_default_str();
  command->add_option("--docroot", given->docroot, "the site's document root, so that the locked folder's URL is known");
  command->add_option("--upstream", given->upstream, "nginx keeps connections to the workers, under this name of your choice");
  command->callback([&options, given, &snippets] { print(options, *given, snippets); });
}

}  // namespace

void add_site_commands(CLI::App& app, Options& options) {
  const auto given = std::make_shared<SiteOptions>();
  CLI::App* lock = app.add_subcommand("lock", "refuse everybody a folder of files");
  lock->require_subcommand(1);
  CLI::App* install_lock = lock->add_subcommand("install", "write the lock into the folder's .htaccess");
  install_lock->add_option("DIRECTORY", given->folder)->required();
  install_lock->callback([&options, given] {
    report(options, htaccess::install_lock(given->folder, gate_of(load_config(options), secure_random())));
  });
  CLI::App* remove_lock = lock->add_subcommand("remove", "take the lock out again");
  remove_lock->add_option("DIRECTORY", given->folder)->required();
  remove_lock->callback([&options, given] { report(options, htaccess::remove_lock(given->folder)); });
  add_print(*lock, options, given, lock_snippets());

  CLI::App* site = app.add_subcommand("site", "lead the site's download addresses to the worker");
  site->require_subcommand(1);
  CLI::App* install = site->add_subcommand("install", "write the rewrite block above WordPress's, and the worker's handler");
  install->add_option("FOLDER", given->folder, "the document root, or the folder of a WordPress below it")->required();
  install->add_option("--docroot", given->docroot, "the document root, if FOLDER is not it");
  install->add_option("--worker-dir", given->worker_dir, "the folder of claimcheck.fcgi; FOLDER/claimcheck without it");
  install->callback([&options, given] { install_site(options, *given); });
  CLI::App* remove = site->add_subcommand("remove", "take both out again");
  remove->add_option("FOLDER", given->folder, "the same as for the installation")->required();
  remove->add_option("--worker-dir", given->worker_dir, "the folder of claimcheck.fcgi; FOLDER/claimcheck without it");
  remove->callback([&options, given] { remove_site(options, *given); });
  add_print(*site, options, given, site_snippets());
}

}  // namespace claimcheck::admin
