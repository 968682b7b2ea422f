#include "tests/support/php_fpm.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/support/connection.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

/// Debian puts the version into the program's name.
std::string program() {
  std::string newest;
  for (const auto& entry : fs::directory_iterator("/usr/sbin")) {
    if (entry.path().filename().string().starts_with("php-fpm")) newest = std::max(newest, entry.path().string());
  }
  if (newest.empty()) throw std::runtime_error("no php-fpm in /usr/sbin");
  return newest;
}

std::string configuration(const fs::path& folder, const std::string& socket, int children) {
  return fmt::format(R"([global]
error_log = {folder}/error.log
daemonize = no

[site]
listen = {socket}
pm = static
pm.max_children = {children}
catch_workers_output = yes
php_admin_value[sendmail_path] = /bin/true
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
php_admin_value[error_log] = {folder}/error.log
)",
                     fmt::arg("folder", folder.string()), fmt::arg("socket", socket), fmt::arg("children", children));
}

}  // namespace

PhpFpm::PhpFpm(const fs::path& folder, int children) : folder_(folder / "php-fpm") {
  fs::create_directories(folder_);
  const fs::path config = folder_ / "php-fpm.conf";
  write_file(config, configuration(folder_, socket(), children));
  give_to_site_user(folder_);
  server_ = std::make_unique<Process>(as_site_user({program(), "--nodaemonize", "--fpm-config", config.string()}),
                                      folder_ / "output");
  const std::string address = "unix:" + socket();
  wait_until("php-fpm listens on " + address, [&] {
    if (!server_->running()) throw std::runtime_error("php-fpm ended:\n" + log());
    return listens(address);
  });
}

std::string PhpFpm::log() const {
  const fs::path own = folder_ / "error.log";
  return read_file(folder_ / "output") + (fs::exists(own) ? read_file(own) : "");
}

}  // namespace claimcheck::test
