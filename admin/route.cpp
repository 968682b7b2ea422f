#include "admin/route.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "admin/gate.h"
#include "core/error.h"

namespace claimcheck::admin {
namespace {

namespace fs = std::filesystem;

htaccess::Site site_of(const config::Config& config, const htaccess::Premises& premises) {
  const std::string worker_folder = htaccess::url_path(premises.worker, premises.docroot);
  // A cgi-bin may lie outside the document root; web servers know it as /cgi-bin.
  const std::string known_as = worker_folder.empty() ? "/" + premises.worker.filename().string() : worker_folder;
  htaccess::Site site{.prefix = premises.prefix,
                      .beside = config::paths_beside(config),
                      .worker_url = known_as + "/claimcheck.fcgi",
                      .folder_url = htaccess::url_path(premises.rules, premises.docroot)};
  if (site.folder_url.empty() && fs::weakly_canonical(premises.rules) != fs::weakly_canonical(premises.docroot))
    throw Error{Errc::bad_request, fmt::format("{} does not lie beneath the document root {}", premises.rules.string(),
                                               premises.docroot.string())};
  return site;
}

}  // namespace

std::vector<htaccess::FileChange> install_route(const config::Config& config, const htaccess::Premises& premises) {
  const htaccess::Site site = site_of(config, premises);
  htaccess::site_block(site);  // refuses what it must before anything is written
  auto changes = htaccess::install_worker(premises.worker.string(), gate_of(config, secure_random()));
  const auto more = htaccess::install_site(premises.rules.string(), site);
  changes.insert(changes.end(), more.begin(), more.end());
  return changes;
}

}  // namespace claimcheck::admin
