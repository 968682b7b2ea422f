#include "bench/servers.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

#include "tests/support/connection.h"
#include "tests/support/front_end.h"
#include "tests/support/web_user.h"

namespace claimcheck::bench {
namespace {

namespace fs = std::filesystem;
using namespace test;

std::string apache_configuration(const Site& site, const fs::path& folder, int port, const std::string& worker,
                                 const Script& script) {
  std::string text;
  for (const char* name : {"mpm_event", "authz_core", "alias", "dir", "env", "headers", "mime", "rewrite", "setenvif", "proxy",
                           "proxy_fcgi", "xsendfile"})
    text += fmt::format("LoadModule {0}_module /usr/lib/apache2/modules/mod_{0}.so\n", name);
  if (worker.empty()) text += "LoadModule fcgid_module /usr/lib/apache2/modules/mod_fcgid.so\n";
  if (site_has_own_user()) text += "User www-data\nGroup www-data\n";
  text += fmt::format(R"(ServerRoot "{folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{folder}/pid"
DefaultRuntimeDir "{folder}"
ErrorLog "{folder}/error.log"
LogFormat "%h %t \"%r\" %>s %O" bench
CustomLog "{folder}/access.log" bench
LogLevel warn
TypesConfig /etc/mime.types
EnableSendfile On
StartServers 2
ThreadsPerChild 64
MinSpareThreads 64
MaxSpareThreads 256
MaxRequestWorkers 256
DocumentRoot "{docroot}"
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<Directory "{docroot}">
  Options FollowSymLinks
  AllowOverride All
  Require all granted
</Directory>
<Directory "{docroot}/script">
  SetEnv DATABASE_SOCKET "{database_socket}"
  SetEnv DATABASE_NAME "{database}"
  SetEnv ap_trust_cgilike_cl 1
  XSendFile On
  XSendFilePath "{uploads}"
  <FilesMatch "\.php$">
    SetHandler "proxy:unix:{php}|fcgi://localhost"
  </FilesMatch>
</Directory>
)",
                      fmt::arg("folder", folder.string()), fmt::arg("port", port), fmt::arg("docroot", site.docroot().string()),
                      fmt::arg("uploads", site.uploads().string()), fmt::arg("php", script.socket),
                      fmt::arg("database_socket", script.database_socket), fmt::arg("database", script.database));
  text += worker.empty()
              ? fmt::format("FcgidIPCDir \"{0}/fcgid\"\nFcgidProcessTableFile \"{0}/fcgid.table\"\n", folder.string())
              : printed_snippet(site, "proxy-fcgi", worker);
  return text;
}

std::string nginx_configuration(const Site& site, const fs::path& folder, int port, int slow_port, const std::string& worker,
                                const Script& script) {
  const NginxLines lines = printed_nginx_lines(site, {worker});
  return fmt::format(R"({user}daemon off;
worker_processes auto;
worker_rlimit_nofile 65536;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 16384; }}
http {{
  include /etc/nginx/mime.types;
  access_log {folder}/access.log;
  sendfile on;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{beside}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    listen 127.0.0.1:{slow_port} backlog=4096 sndbuf=128k;
    server_name 127.0.0.1;
    root {docroot};
    location ^~ /script/ {{
      include fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_param DATABASE_SOCKET {database_socket};
      fastcgi_param DATABASE_NAME {database};
      fastcgi_pass unix:{php};
    }}
{within}
  }}
}}
)",
                     fmt::arg("user", site_has_own_user() ? "user www-data;\n" : ""), fmt::arg("folder", folder.string()),
                     fmt::arg("port", port), fmt::arg("slow_port", slow_port), fmt::arg("docroot", site.docroot().string()),
                     fmt::arg("database_socket", script.database_socket), fmt::arg("database", script.database),
                     fmt::arg("php", script.socket), fmt::arg("beside", lines.beside), fmt::arg("within", lines.within));
}

/// Starts a server and waits until it accepts connections.
std::unique_ptr<Process> start(const std::vector<std::string>& argv, const fs::path& log, int port) {
  auto server = std::make_unique<Process>(argv, log);
  const std::string address = fmt::format("tcp:127.0.0.1:{}", port);
  wait_until(argv.front() + " listens on " + address, [&] {
    if (!server->running()) throw std::runtime_error(argv.front() + " ended:\n" + read_file(log));
    return listens(address);
  });
  return server;
}

}  // namespace

std::unique_ptr<Process> start_apache(const Site& site, int port, const std::string& worker, const Script& script) {
  const fs::path folder = site.folder() / (worker.empty() ? "apache-fcgid" : "apache-proxy");
  fs::create_directories(folder / "fcgid");
  give_to_site_user(folder / "fcgid");
  write_file(folder / "apache.conf", apache_configuration(site, folder, port, worker, script));
  return start({"/usr/sbin/apache2", "-DFOREGROUND", "-f", (folder / "apache.conf").string()}, folder / "error.log", port);
}

std::unique_ptr<Process> start_nginx(const Site& site, int port, int slow_port, const std::string& worker,
                                     const Script& script) {
  const fs::path folder = site.folder() / "nginx";
  fs::create_directories(folder);
  // An include without a leading slash is looked up beside the configuration file.
  fs::copy_file("/etc/nginx/fastcgi_params", folder / "fastcgi_params", fs::copy_options::overwrite_existing);
  write_file(folder / "nginx.conf", nginx_configuration(site, folder, port, slow_port, worker, script));
  return start({"/usr/sbin/nginx", "-e", (folder / "error.log").string(), "-c", (folder / "nginx.conf").string()},
               folder / "error.log", port);
}

}  // namespace claimcheck::bench
