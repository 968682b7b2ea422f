#include "tests/support/shipped.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "tests/support/connection.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

/// The lines of comment with which a file begins.
std::string head_of(const std::string& text) {
  std::istringstream lines{text};
  std::string head;
  for (std::string line; std::getline(lines, line) && line.starts_with('#');) head += line + "\n";
  return head;
}

std::string replaced(std::string text, const std::string& mark, const std::string& value) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
    text.replace(at, mark.size(), value);
  return text;
}

/// The modules that Debian switches on, those named in "a2enmod …", and what they depend on.
std::vector<std::string> apache_modules(const std::string& file, const std::vector<std::string>& more) {
  std::vector<std::string> names{"mpm_event",   "authz_core", "authz_host", "authn_core", "access_compat", "alias",
                                 "autoindex",   "deflate",    "dir",        "env",        "filter",        "mime",
                                 "negotiation", "reqtimeout", "setenvif",   "status"};
  const std::string command = "a2enmod ";
  const std::size_t at = file.find(command);
  if (at == std::string::npos) throw std::runtime_error("no modules are named in " + file);
  std::istringstream asked{file.substr(at + command.size(), file.find('\n', at) - at - command.size())};
  for (std::string name; asked >> name;) {
    if (name == "proxy_fcgi") names.emplace_back("proxy");
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

std::string apache_main(const std::string& file, const std::vector<std::string>& more_modules, int port) {
  std::string text = site_has_own_user() ? "User www-data\nGroup www-data\n" : "";
  for (const auto& name : apache_modules(file, more_modules)) {
    text += fmt::format("LoadModule {0}_module /usr/lib/apache2/modules/mod_{0}.so\n", name);
    if (name == "fcgid") text += "FcgidIPCDir \"@folder@/fcgid\"\nFcgidProcessTableFile \"@folder@/fcgid.table\"\n";
    if (name == "cgid") text += "ScriptSock \"@folder@/cgid.sock\"\n";
  }
  return text + fmt::format(R"(ServerRoot "@folder@"
ServerName 127.0.0.1
Listen 127.0.0.1:{}
PidFile "@folder@/pid"
DefaultRuntimeDir "@folder@"
ErrorLog "@folder@/error.log"
LogLevel warn
TypesConfig /etc/mime.types
Timeout 300
StartServers 1
MaxRequestWorkers 150
DirectoryIndex index.html index.php
AddOutputFilterByType DEFLATE text/html text/plain text/css application/json
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
<Directory />
  Options FollowSymLinks
  AllowOverride None
  Require all denied
</Directory>
<FilesMatch "^\.ht">
  Require all denied
</FilesMatch>
Include "@folder@/site.conf"
)",
                            port);
}

std::string nginx_main() {
  return std::string{site_has_own_user() ? "user www-data;\n" : ""} + R"(daemon off;
worker_processes 1;
pid @folder@/pid;
error_log @folder@/error.log warn;
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  gzip on;
  access_log @folder@/access.log;
  client_body_temp_path @folder@/body;
  proxy_temp_path @folder@/proxy;
  fastcgi_temp_path @folder@/fastcgi;
  uwsgi_temp_path @folder@/uwsgi;
  scgi_temp_path @folder@/scgi;
  include @folder@/site.conf;
}
)";
}

std::string lighttpd_main(const Site& site) {
  return fmt::format(R"({}server.modules = ( "mod_indexfile", "mod_access", "mod_alias", "mod_redirect" )
server.document-root = "{}"
server.errorlog = "@folder@/error.log"
server.upload-dirs = ( "@folder@" )
server.bind = "127.0.0.1"
server.port = {}
server.feature-flags += ( "server.graceful-shutdown-timeout" => 5 )
server.http-parseopts = (
  "header-strict" => "enable", "host-strict" => "enable", "host-normalize" => "enable",
  "url-normalize-unreserved" => "enable", "url-normalize-required" => "enable", "url-ctrls-reject" => "enable",
  "url-path-2f-decode" => "enable", "url-path-dotseg-remove" => "enable" )
index-file.names = ( "index.php", "index.html" )
url.access-deny = ( "~", ".inc" )
static-file.exclude-extensions = ( ".php", ".pl", ".fcgi" )
mimetype.assign = ( ".html" => "text/html", ".txt" => "text/plain", ".zip" => "application/zip" )
include "@folder@/site.conf"
server.modules += ( "mod_dirlisting", "mod_staticfile" )
)",
                     site_has_own_user() ? "server.username = \"www-data\"\nserver.groupname = \"www-data\"\n" : "",
                     site.docroot().string(), site.port());
}

class Shipped final : public FrontEnd {
 public:
  Shipped(const std::string& name, Site& site, const std::string& socket, const std::vector<std::string>& more_modules)
      : folder_(site.folder() / "server") {
    fs::create_directories(folder_ / "fcgid");
    give_to_site_user(folder_);
    const std::string port = fmt::to_string(site.port());
    const std::pair<std::string, std::string> host{"example.com", "127.0.0.1"}, docroot{"/var/www/html", site.docroot()},
        config{"/etc/claimcheck/claimcheck.toml", site.config()}, apache_port{"*:80", "127.0.0.1:" + port},
        nginx_port{"listen 80", "listen 127.0.0.1:" + port}, worker{"/run/claimcheck/claimcheck.sock", socket};
    Replacements replacements;
    std::vector<std::string> command{"/usr/sbin/apache2", "-DFOREGROUND", "-f"};
    if (name == "apache-fcgid.conf") {
      replacements = {host, apache_port, docroot, config};
    } else if (name == "apache-cgi.conf") {
      replacements = {host, apache_port, docroot, config, {"/usr/lib/cgi-bin", put_into_cgi_bin(site)}};
    } else if (name == "apache-proxy-fcgi.conf") {
      replacements = {host, apache_port, docroot, worker};
    } else if (name == "nginx.conf") {
      replacements = {host, nginx_port, docroot, worker};
      fs::copy_file("/etc/nginx/fastcgi_params", folder_ / "fastcgi_params", fs::copy_options::overwrite_existing);
      command = {"/usr/sbin/nginx", "-e", folder_ / "error.log", "-c"};
    } else if (name == "lighttpd.conf") {
      replacements = {docroot, worker};
      command = {"/usr/sbin/lighttpd", "-D", "-f"};
    } else {
      throw std::logic_error("no server for " + name);
    }
    const std::string file = shipped_file(name, replacements);
    write_file(folder_ / "site.conf", file);
    const std::string main = name == "nginx.conf"      ? nginx_main()
                             : name == "lighttpd.conf" ? lighttpd_main(site)
                                                       : apache_main(file, more_modules, site.port());
    write_file(folder_ / "main.conf", replaced(main, "@folder@", folder_));
    command.push_back(folder_ / "main.conf");
    server_ = std::make_unique<Process>(command, folder_ / "output.log");
    const std::string address = "tcp:127.0.0.1:" + port;
    wait_until("the server of " + name + " listens on " + address, [&] {
      if (!server_->running()) throw std::runtime_error("the server of " + name + " ended:\n" + log());
      return listens(address);
    });
  }

  std::string log() const override {
    std::string text = read_file(folder_ / "output.log");
    if (fs::exists(folder_ / "error.log")) text += read_file(folder_ / "error.log");
    return text;
  }

 private:
  /// A folder with a worker that finds no configuration beside or above itself.
  std::string put_into_cgi_bin(const Site& site) {
    const fs::path folder = cgi_bin_ / "cgi-bin";
    fs::create_directory(folder);
    fs::copy_file(fs::path{CLAIMCHECK_BIN_DIR} / "claimcheck.fcgi", folder / "claimcheck.fcgi");
    give_to_site_user(cgi_bin_.path());
    const Finished installed = site.command({"site", "install", site.docroot(), "--worker-dir", folder});
    if (installed.status != 0) throw std::runtime_error("site install: " + installed.err);
    return folder;
  }

  TemporaryFolder cgi_bin_;
  fs::path folder_;
  std::unique_ptr<Process> server_;
};

}  // namespace

std::string shipped_file(const std::string& name, const Replacements& replacements) {
  std::string text = read_file(fs::path{CLAIMCHECK_SOURCE_DIR} / "docs/servers" / name);
  const std::string head = head_of(text);
  for (const auto& [mark, value] : replacements)
    if (head.find(mark) == std::string::npos) throw std::runtime_error("the head of " + name + " does not name " + mark);
  for (const auto& [mark, value] : replacements) text = replaced(std::move(text), mark, value);
  return text;
}

std::unique_ptr<FrontEnd> start_shipped(const std::string& name, Site& site, const std::string& socket,
                                        const std::vector<std::string>& more_modules) {
  return std::make_unique<Shipped>(name, site, socket, more_modules);
}

}  // namespace claimcheck::test
