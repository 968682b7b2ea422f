#include "tests/support/apache.h"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tests/support/connection.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> modules(ApacheKind kind, bool with_php) {
  std::vector<std::string> names{"mpm_event", "authz_core", "access_compat", "alias", "autoindex", "deflate", "dir",
                                 "env",       "filter",     "headers",       "mime",  "rewrite",   "setenvif"};
  switch (kind) {
    case ApacheKind::fcgid:
      names.insert(names.end(), {"fcgid", "xsendfile"});
      break;
    case ApacheKind::cgid:
      names.emplace_back("cgid");
      break;
    case ApacheKind::proxy_fcgi:
      names.emplace_back("xsendfile");
      break;
  }
  if (kind == ApacheKind::proxy_fcgi || with_php) names.insert(names.end(), {"proxy", "proxy_fcgi"});
  return names;
}

/// As in Debian's php-fpm.conf for Apache.
std::string php_lines(const std::string& socket) {
  if (socket.empty()) return "";
  return fmt::format("<FilesMatch \".+\\.ph(?:ar|p|tml)$\">\n  SetHandler \"proxy:unix:{}|fcgi://localhost\"\n</FilesMatch>\n",
                     socket);
}

std::string configuration(ApacheKind kind, const Site& site, const fs::path& folder, const std::string& worker,
                          const std::string& php) {
  std::string text;
  for (const auto& name : modules(kind, !php.empty()))
    text += fmt::format("LoadModule {0}_module /usr/lib/apache2/modules/mod_{0}.so\n", name);
  if (site_has_own_user()) text += "User www-data\nGroup www-data\n";
  text += fmt::format(R"(ServerRoot "{folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{folder}/pid"
DefaultRuntimeDir "{folder}"
ErrorLog "{folder}/error.log"
LogFormat "%h %t \"%r\" %>s %O %X" claimcheck
CustomLog "{folder}/access.log" claimcheck
LogLevel warn
TypesConfig /etc/mime.types
StartServers 1
MinSpareThreads 16
MaxSpareThreads 256
ThreadsPerChild 64
MaxRequestWorkers 256
DirectoryIndex index.php index.html
AddOutputFilterByType DEFLATE text/html text/plain text/css application/json
DocumentRoot "{docroot}"
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<Directory "{docroot}">
  Options Indexes FollowSymLinks
  AllowOverride All
  Require all granted
</Directory>
<FilesMatch "^\.ht">
  Require all denied
</FilesMatch>
)",
                      fmt::arg("folder", folder.string()), fmt::arg("port", site.port()),
                      fmt::arg("docroot", site.docroot().string()));
  text += php_lines(php);
  switch (kind) {
    case ApacheKind::fcgid:
      text += fmt::format("FcgidIPCDir \"{0}/fcgid\"\nFcgidProcessTableFile \"{0}/fcgid.table\"\nXSendFilePath \"{1}\"\n",
                          folder.string(), site.uploads().string());
      break;
    case ApacheKind::cgid:
      text += fmt::format("ScriptSock \"{}/cgid.sock\"\n", folder.string());
      break;
    case ApacheKind::proxy_fcgi:
      text += printed_snippet(site, "proxy-fcgi", worker);
      break;
  }
  return text;
}

class Apache final : public FrontEnd {
 public:
  Apache(ApacheKind kind, const Site& site, const std::string& worker, const std::string& php, const Edits& edits)
      : folder_(site.folder() / "apache") {
    fs::create_directories(folder_ / "fcgid");
    give_to_site_user(folder_ / "fcgid");
    write_file(folder_ / "apache.conf", edited(configuration(kind, site, folder_, worker, php), edits));
    server_ = std::make_unique<Process>(
        std::vector<std::string>{"/usr/sbin/apache2", "-DFOREGROUND", "-f", (folder_ / "apache.conf").string()},
        folder_ / "error.log");
    const std::string address = fmt::format("tcp:127.0.0.1:{}", site.port());
    wait_until("apache2 listens on " + address, [&] {
      if (!server_->running()) throw std::runtime_error("apache2 ended:\n" + log());
      return listens(address);
    });
  }

  std::string log() const override { return read_file(folder_ / "error.log"); }

 private:
  fs::path folder_;
  std::unique_ptr<Process> server_;
};

}  // namespace

std::unique_ptr<FrontEnd> start_apache(ApacheKind kind, const Site& site, const std::string& worker, const std::string& php,
                                       const Edits& edits) {
  return std::make_unique<Apache>(kind, site, worker, php, edits);
}

}  // namespace claimcheck::test
