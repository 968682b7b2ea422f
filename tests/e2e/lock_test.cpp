// The lock against real web servers. Every locked file holds the canary; no answer to a direct request may.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "htaccess/install.h"
#include "htaccess/marked_file.h"
#include "htaccess/snippets.h"
#include "tests/support/connection.h"
#include "tests/support/http_client.h"
#include "tests/support/process.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

const std::string gate(64, 'G');
constexpr std::string_view canary = "CANARY";
constexpr const char* executed = "EXECUTED";

/// The locked files; a server that is let in would run, include or unpack some of them.
const std::vector<std::string> locked_files = {
    "file.zip",   "file.pdf",          "file.html",         "file.bin",         "sp ace.txt",       "page.php",
    "page.phtml", "page.php5",         "page.shtml",        "archive.tar.gz",   "prog.cgi",         "noextension",
    ".hidden",    "nested/deep/a.zip", "nested/deep/a.php", "granted/file.zip", "granted/page.php",
};

std::string content_of(const std::string& file) {
  return fmt::format("{} <?php echo 1; ?> <!--#echo var=\"DOCUMENT_URI\" --> {}\n", canary, file);
}

std::string as_url(std::string path) {
  for (auto at = path.find(' '); at != std::string::npos; at = path.find(' ')) path.replace(at, 1, "%20");
  return path;
}

/// A site with a locked folder and a worker that hands every file of it off to the server:
/// docroot/.htaccess, docroot/claimcheck/claimcheck.fcgi, docroot/locked/…
class LockedSite {
 public:
  LockedSite() {
    for (const auto& file : locked_files) {
      fs::create_directories((locked() / file).parent_path());
      write_file(locked() / file, content_of(file));
    }
    fs::permissions(locked() / "prog.cgi", fs::perms{0755});
    write_file(locked() / "granted/.htaccess", "<IfModule mod_authz_core.c>\nRequire all granted\n</IfModule>\n");
    write_file(docroot() / "index.php", "<?php");
    write_file(docroot() / ".htaccess",
               "# BEGIN WordPress\nRewriteEngine On\nRewriteBase /\nRewriteCond %{REQUEST_FILENAME} !-f\n"
               "RewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n# END WordPress\n");
    write_program("docroot/claimcheck/claimcheck.fcgi", "printf 'Location: /locked%s\\r\\n\\r\\n' \"$PATH_INFO\"");
    write_file(docroot() / "claimcheck/claimcheck.toml", content_of("claimcheck.toml"));
    write_program("cgi/php", fmt::format("printf 'Content-Type: text/html\\r\\n\\r\\n{}'", executed));
    htaccess::install_site(docroot(), {});
    htaccess::install_worker(docroot() / "claimcheck", gate);
    htaccess::install_lock(locked(), gate);
    give_to_site_user(folder_.path());
  }

  fs::path folder() const { return folder_.path(); }
  fs::path docroot() const { return folder_ / "docroot"; }
  fs::path locked() const { return docroot() / "locked"; }
  fs::path lock() const { return locked() / ".htaccess"; }

 private:
  void write_program(const std::string& name, const std::string& script) {
    fs::create_directories((folder_ / name).parent_path());
    write_file(folder_ / name, "#!/bin/sh\n" + script + "\n");
    fs::permissions(folder_ / name, fs::perms{0755});
  }

  TemporaryFolder folder_;
};

/// A web server on a port of its own.
struct Server {
  int port = 0;
  std::unique_ptr<Process> process;
};

Server start(const std::vector<std::string>& argv, const fs::path& log, int port) {
  Server server{port, std::make_unique<Process>(argv, log)};
  wait_until(argv.front() + " listens", [&] {
    if (!server.process->running()) throw std::runtime_error(argv.front() + " ended:\n" + read_file(log));
    return listens(fmt::format("tcp:127.0.0.1:{}", port));
  });
  return server;
}

/// Apache as on a shared host, which runs .php files, server-side includes and CGI programs everywhere and marks .gz as packed.
Server start_apache(const LockedSite& site, const std::string& allow_override) {
  std::string text = site_has_own_user() ? "User www-data\nGroup www-data\n" : "";
  for (const char* name : {"mpm_event", "access_compat", "actions", "alias", "authz_core", "autoindex", "cgid", "dir", "env",
                           "headers", "include", "mime", "negotiation", "rewrite", "setenvif"}) {
    text += fmt::format("LoadModule {0}_module /usr/lib/apache2/modules/mod_{0}.so\n", name);
  }
  const int port = free_port();
  text += fmt::format(R"(ServerRoot "{folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{folder}/apache.pid"
DefaultRuntimeDir "{folder}"
ScriptSock "{folder}/cgid.sock"
ErrorLog "{folder}/apache.log"
TypesConfig /etc/mime.types
AddHandler cgi-script .cgi
AddEncoding x-gzip .gz
AddOutputFilter INCLUDES .shtml
DirectoryIndex index.php index.html
DocumentRoot "{folder}/docroot"
ScriptAlias /cgi/ "{folder}/cgi/"
Action run-php /cgi/php
<FilesMatch "\.php$">
  SetHandler run-php
</FilesMatch>
AddHandler run-php .phtml
AddType application/x-run-php .php5
Action application/x-run-php /cgi/php
<Directory "{folder}">
  Options Indexes FollowSymLinks ExecCGI Includes MultiViews
  AllowOverride {allow}
  Require all granted
</Directory>
<FilesMatch "^\.ht">
  Require all denied
</FilesMatch>
)",
                      fmt::arg("folder", site.folder().string()), fmt::arg("port", port), fmt::arg("allow", allow_override));
  const fs::path configuration = site.folder() / "apache.conf";
  write_file(configuration, text);
  return start({"/usr/sbin/apache2", "-DFOREGROUND", "-f", configuration}, site.folder() / "apache.log", port);
}

/// nginx with a rule for static files, as sites have it.
Server start_nginx(const LockedSite& site, const std::string& snippet) {
  const int port = free_port();
  fs::copy_file("/etc/nginx/fastcgi_params", site.folder() / "fastcgi_params", fs::copy_options::overwrite_existing);
  const fs::path configuration = site.folder() / "nginx.conf", log = site.folder() / "nginx.log";
  write_file(configuration,
             fmt::format(R"({user}daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/docroot;
    autoindex on;
    location ~* \.(zip|pdf|txt|html|gz)$ {{ expires 30d; }}
{snippet}
  }}
}}
)",
                         fmt::arg("user", site_has_own_user() ? "user www-data;\n" : ""),
                         fmt::arg("folder", site.folder().string()), fmt::arg("port", port), fmt::arg("snippet", snippet)));
  return start({"/usr/sbin/nginx", "-e", log, "-c", configuration}, log, port);
}

std::string everything(const Answer& answer) {
  std::string text = answer.body;
  for (const auto& [name, value] : answer.headers) text += "\n" + name + ": " + value;
  return text;
}

void expect_refused(int port, const HttpRequest& request) {
  SCOPED_TRACE(request.method + " " + request.target);
  const Answer answer = fetch(port, request);
  EXPECT_TRUE((std::set{400, 403, 404}.contains(answer.status))) << answer.status;
  EXPECT_EQ(everything(answer).find(canary), std::string::npos) << everything(answer);
  EXPECT_EQ(everything(answer).find(executed), std::string::npos) << everything(answer);
  EXPECT_EQ(everything(answer).find("Index of"), std::string::npos) << everything(answer);
}

void expect_locked(int port) {
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "OPTIONS", "PROPFIND"}) {
    for (const auto& file : locked_files) expect_refused(port, {.method = method, .target = "/locked/" + as_url(file)});
    for (const char* folder : {"/locked/", "/locked/nested/", "/locked/nested/deep/", "/locked/granted/"}) {
      expect_refused(port, {.method = method, .target = folder});
    }
  }
  for (const char* target : {"//locked//file.zip",
                             "/./locked/./file.zip",
                             "/x/../locked/file.zip",
                             "/locked/%66ile.zip",
                             "/%6cocked/file%2ezip",
                             "/locked/%2e%2e/locked/file.zip",
                             "/locked/nested/%2e%2e/file.zip",
                             "/claimcheck/../locked/file.zip",
                             "/claimcheck/%2e%2e/locked/file.zip",
                             "/claimcheck/claimcheck.fcgi/../../locked/file.zip",
                             "/locked%2ffile.zip",
                             "/locked/file.zip%00",
                             "/locked/file.zip%00.html",
                             "/locked/..;/locked/file.zip",
                             "/locked/file.zip/",
                             "/locked/file.zip/x",
                             "/locked/.htaccess",
                             "/locked/index.php",
                             "/locked/.htaccess.claimcheck-bak",
                             "/locked/file",
                             "/locked/page",
                             "http://127.0.0.1/locked/file.zip"}) {
    expect_refused(port, {.target = target});
  }
  for (const char* name : {"REDIRECT_CLAIMCHECK_GATE", "CLAIMCHECK_GATE", "Claimcheck-Gate", "Redirect-Claimcheck-Gate"}) {
    expect_refused(port, {.target = "/locked/file.zip", .headers = {{name, gate}}});
    expect_refused(port, {.target = fmt::format("/locked/file.zip?{}={}", name, gate)});
    expect_refused(port, {.target = "/locked/file.zip", .headers = {{"Cookie", fmt::format("{}={}", name, gate)}}});
  }
  expect_refused(port, {.target = "/locked/file.zip", .headers = {{"Range", "bytes=0-3"}}});
  expect_refused(port, {.target = "/locked/file.zip", .headers = {{"If-None-Match", "*"}}});
}

void expect_open_through_the_gate(int port) {
  for (const auto& file : locked_files) {
    SCOPED_TRACE(file);
    const HttpRequest request{.target = "/dl/" + as_url(file), .headers = {{"Accept-Encoding", "gzip"}}};
    const Answer answer = fetch(port, request);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, content_of(file));
    EXPECT_EQ(answer.header("Content-Encoding"), std::nullopt);
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("Content-Type"), "application/octet-stream");
  }
  const Answer part = fetch(port, {.target = "/dl/file.zip", .headers = {{"Range", "bytes=0-5"}}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, canary);
  EXPECT_EQ(fetch(port, {.method = "POST", .target = "/dl/page.php"}).body, content_of("page.php"));
  EXPECT_EQ(fetch(port, {.method = "HEAD", .target = "/dl/file.zip"}).status, 200);
  const std::string folder = everything(fetch(port, {.target = "/dl/nested/deep/"}));
  for (const std::string_view secret : {canary, std::string_view("Index of"), std::string_view(executed)}) {
    EXPECT_EQ(folder.find(secret), std::string::npos) << folder;
  }
}

/// The text without what stands from `first` up to `last`.
std::string cut(const std::string& text, const std::string& first, const std::string& last) {
  const auto begin = text.find(first), end = text.find(last, begin);
  if (begin == std::string::npos || end == std::string::npos) throw std::runtime_error("nothing to cut in " + text);
  return text.substr(0, begin) + text.substr(end);
}

TEST(Lock, NothingGetsOutButThroughTheGate) {
  const LockedSite site;
  const Server apache = start_apache(site, "All");
  EXPECT_EQ(fetch(apache.port, {.target = "/index.php"}).body, executed) << "this server is to run .php files";
  expect_locked(apache.port);
  expect_open_through_the_gate(apache.port);
  expect_refused(apache.port, {.target = "/dl/missing.zip"});
  expect_refused(apache.port, {.target = "/claimcheck/claimcheck.toml"});
  expect_refused(apache.port, {.target = "/claimcheck/"});
}

TEST(Lock, EveryFolderHasSilentIndexFiles) {
  const LockedSite site;
  for (const char* folder : {"", "nested", "nested/deep", "granted"}) {
    EXPECT_EQ(read_file(site.locked() / folder / "index.html"), "");
    EXPECT_TRUE(read_file(site.locked() / folder / "index.php").starts_with("<?php //"));
  }
}

TEST(Lock, TheAccessRulesHoldWithoutTheRewriteRule) {
  const LockedSite site;
  write_file(site.lock(), cut(read_file(site.lock()), "<IfModule mod_rewrite.c>", "Options"));
  const Server apache = start_apache(site, "All");
  expect_locked(apache.port);
  expect_open_through_the_gate(apache.port);
}

TEST(Lock, TheRewriteRuleHoldsWithoutTheAccessRules) {
  const LockedSite site;
  write_file(site.lock(), cut(read_file(site.lock()), "<IfModule mod_authz_core.c>", "<IfModule mod_rewrite.c>"));
  const Server apache = start_apache(site, "All");
  expect_locked(apache.port);
  expect_open_through_the_gate(apache.port);
}

TEST(Lock, TheRulesForApache22HoldAlone) {
  const LockedSite site;
  const std::string for_2_2 = "<IfModule !mod_authz_core.c>";
  std::string lock = cut(read_file(site.lock()), "<IfModule mod_rewrite.c>", "Options");
  lock = cut(lock, "<IfModule mod_authz_core.c>", for_2_2);
  write_file(site.lock(), lock.replace(lock.find(for_2_2), for_2_2.size(), "<IfModule mod_access_compat.c>"));
  const Server apache = start_apache(site, "All");
  expect_locked(apache.port);
  expect_open_through_the_gate(apache.port);
}

TEST(Lock, AFolderBelowCannotReopenItselfByGrantingEverythingWithoutRewriting) {
  const LockedSite site;
  write_file(site.locked() / "granted/.htaccess", "Require all granted\nRewriteEngine Off\n");
  const Server apache = start_apache(site, "All");
  expect_locked(apache.port);
}

TEST(Lock, AFolderBelowReopensItselfOnlyWithASectionOfItsOwn) {
  const LockedSite site;
  write_file(site.locked() / "granted/.htaccess", "<Files *>\nRequire all granted\n</Files>\nRewriteEngine Off\n");
  const Server apache = start_apache(site, "All");
  EXPECT_EQ(fetch(apache.port, {.target = "/locked/granted/file.zip"}).body, content_of("granted/file.zip"));
  expect_refused(apache.port, {.target = "/locked/nested/deep/a.zip"});
}

TEST(Lock, AnotherGateIsNoGate) {
  const LockedSite site;
  htaccess::install_worker(site.docroot() / "claimcheck", std::string(64, 'X'));
  const Server apache = start_apache(site, "All");
  expect_refused(apache.port, {.target = "/dl/file.zip"});
}

TEST(Lock, LeaksWhereTheServerIgnoresHtaccessFiles) {
  const LockedSite site;
  const Server apache = start_apache(site, "None");
  EXPECT_EQ(fetch(apache.port, {.target = "/locked/file.zip"}).body, content_of("file.zip"));
  for (const char* page : {"page.php", "page.phtml", "page.php5"}) {
    EXPECT_EQ(fetch(apache.port, {.target = fmt::format("/locked/{}", page)}).body, executed) << page;
  }
  EXPECT_EQ(fetch(apache.port, {.target = "/locked/archive.tar.gz"}).header("Content-Encoding"), "x-gzip");
  EXPECT_NE(fetch(apache.port, {.target = "/locked/page.shtml"}).body, content_of("page.shtml")) << "includes are to be run";
}

TEST(Lock, NginxRefusesWithTheSnippetAndLeaksWithoutIt) {
  const LockedSite site;
  {
    const Server nginx = start_nginx(site, "");
    EXPECT_EQ(fetch(nginx.port, {.target = "/locked/file.zip"}).body, content_of("file.zip"));
  }
  const htaccess::Site places{.locked_url = "/locked", .locked_path = site.locked(), .socket = site.folder() / "worker.sock"};
  const Server nginx = start_nginx(site, htaccess::nginx_snippet(places));
  expect_locked(nginx.port);
}

}  // namespace
}  // namespace claimcheck
