#include "tests/support/nginx.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "tests/support/connection.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

/// The address as nginx writes it: without our "tcp:".
std::string nginx_address(const std::string& address) {
  return address.starts_with("tcp:") ? address.substr(4) : address;
}

/// One worker is passed to as it is, to several connections are kept.
NginxLines lines_for(const Site& site, const std::vector<std::string>& workers) {
  std::vector<std::string> addresses;
  std::ranges::transform(workers, std::back_inserter(addresses), nginx_address);
  if (addresses.size() > 1) return printed_nginx_lines(site, addresses);
  return {.beside = "", .within = printed_snippet(site, "nginx", addresses.front())};
}

std::string configuration(const Site& site, const fs::path& folder, const std::vector<std::string>& workers) {
  const NginxLines lines = lines_for(site, workers);
  return fmt::format(R"({user}daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 2048; }}
http {{
  include /etc/nginx/mime.types;
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{beside}  server {{
    listen 127.0.0.1:{port};
    server_name 127.0.0.1;
    root {docroot};
    index index.html;
{within}
    location ~* \.(zip|pdf|txt|bin)$ {{ expires 30d; }}
  }}
}}
)",
                     fmt::arg("user", site_has_own_user() ? "user www-data;\n" : ""), fmt::arg("folder", folder.string()),
                     fmt::arg("beside", lines.beside), fmt::arg("port", site.port()),
                     fmt::arg("docroot", site.docroot().string()), fmt::arg("within", lines.within));
}

class Nginx final : public FrontEnd {
 public:
  Nginx(const Site& site, const std::vector<std::string>& workers, const Edits& edits) : folder_(site.folder() / "nginx") {
    fs::create_directories(folder_);
    // An include without a leading slash is looked up beside the configuration file.
    fs::copy_file("/etc/nginx/fastcgi_params", folder_ / "fastcgi_params", fs::copy_options::overwrite_existing);
    write_file(folder_ / "nginx.conf", edited(configuration(site, folder_, workers), edits));
    server_ = std::make_unique<Process>(std::vector<std::string>{"/usr/sbin/nginx", "-e", (folder_ / "error.log").string(),
                                                                 "-c", (folder_ / "nginx.conf").string()},
                                        folder_ / "error.log");
    const std::string address = fmt::format("tcp:127.0.0.1:{}", site.port());
    wait_until("nginx listens on " + address, [&] {
      if (!server_->running()) throw std::runtime_error("nginx ended:\n" + log());
      return listens(address);
    });
  }

  std::string log() const override { return read_file(folder_ / "error.log"); }

 private:
  fs::path folder_;
  std::unique_ptr<Process> server_;
};

}  // namespace

std::unique_ptr<FrontEnd> start_nginx(const Site& site, const std::vector<std::string>& workers, const Edits& edits) {
  return std::make_unique<Nginx>(site, workers, edits);
}

}  // namespace claimcheck::test
