#include "tests/e2e/illnesses.h"

#include <filesystem>
#include <ostream>

#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

const std::string other_gate(64, 'X');

fs::path worker_folder(const Site& site) {
  return site.docroot() / "claimcheck";
}

void harm_nothing(const Site&) {}

const std::string block_end = "# END claimcheck-site\n";

void move_block_below_wordpress(const Site& site) {
  const fs::path file = site.docroot() / ".htaccess";
  const std::string text = read_file(file);
  const auto end = text.find(block_end) + block_end.size();
  write_file(file, text.substr(end) + text.substr(0, end));
}

void reopen_a_folder(const Site& site) {
  write_file(site.uploads() / "2026/.htaccess", "<Files *>\nRequire all granted\n</Files>\nRewriteEngine Off\n");
  give_to_site_user(site.uploads() / "2026/.htaccess");
}

void add_to_configuration(const Site& site, const std::string& text) {
  write_file(site.config(), read_file(site.config()) + text);
}

}  // namespace

void PrintTo(const Ill& ill, std::ostream* out) {
  *out << ill.name;
}

const std::vector<Ill>& illnesses() {
  static const std::vector<Ill> list{
      {"HtaccessFilesAreIgnored",
       Front::apache_fcgid,
       harm_nothing,
       {{"AllowOverride All", "AllowOverride None"}},
       1,
       {{"lock", "LEAK"}, {"route.ignored", "fault"}},
       "AllowOverride None"},
      {"TheLockIsMissing",
       Front::apache_fcgid,
       [](const Site& site) { site.command({"lock", "remove", site.uploads()}); },
       {},
       1,
       {{"lock", "LEAK"}},
       "claimcheck lock install",
       true},
      {"AFolderBelowIsOpenedAgain", Front::apache_fcgid, reopen_a_folder, {}, 1, {{"lock.nested", "LEAK"}}, "2026/.htaccess"},
      {"TheLockHasAnotherGate",
       Front::apache_fcgid,
       [](const Site& site) {
         const std::string gate = read_file(site.folder() / "claimcheck.gate");
         edit(site.uploads() / ".htaccess", {{gate, other_gate}, {gate, other_gate}, {gate, other_gate}});
       },
       {},
       1,
       {{"lock.gate", "fault"}},
       "claimcheck lock install",
       true},
      {"TheWorkerHasAnotherGate",
       Front::apache_cgi,
       [](const Site& site) {
         edit(worker_folder(site) / ".htaccess", {{read_file(site.folder() / "claimcheck.gate"), other_gate}});
       },
       {},
       1,
       {{"route.gate", "fault"}},
       "claimcheck site install",
       true},
      {"TheBlockStandsBelowWordPress",
       Front::apache_fcgid,
       move_block_below_wordpress,
       {},
       1,
       {{"route.order", "fault"}},
       "BEGIN WordPress",
       true},
      {"TheBlockIsMissing",
       Front::apache_cgi,
       [](const Site& site) {
         const fs::path file = site.docroot() / ".htaccess";
         const std::string text = read_file(file);
         write_file(file, text.substr(text.find(block_end) + block_end.size()));
       },
       {},
       1,
       {{"route.block", "fault"}},
       "claimcheck site install",
       true},
      {"TheWorkerIsSentAsAFile",
       Front::apache_fcgid,
       [](const Site& site) { write_file(worker_folder(site) / ".htaccess", "RewriteEngine Off\n"); },
       {},
       1,
       {{"route.handler", "fault"}},
       "site install",
       true},
      {"NoProgramsMayRun",
       Front::apache_fcgid,
       [](const Site& site) { edit(worker_folder(site) / ".htaccess", {{"Options +ExecCGI -Indexes\n", ""}}); },
       {},
       1,
       {{"route.exec", "fault"}},
       "ExecCGI",
       true},
      {"TheWorkerIsMissing",
       Front::apache_fcgid,
       [](const Site& site) { fs::remove(worker_folder(site) / "claimcheck.fcgi"); },
       {},
       1,
       {{"route.missing_worker", "fault"}},
       "copy claimcheck.fcgi to"},
      {"TheWorkerDoesNotStart",
       Front::apache_cgi,
       [](const Site& site) { write_file(worker_folder(site) / "claimcheck.fcgi", "#!/bin/sh\nexit 1\n"); },
       {},
       1,
       {{"route.start", "fault"}},
       "claimcheck check"},
      {"OthersMayWriteTheWorker",
       Front::apache_fcgid,
       [](const Site& site) {
         fs::permissions(worker_folder(site) / "claimcheck.fcgi", fs::perms::group_write, fs::perm_options::add);
       },
       {},
       1,
       {{"permission.worker", "fault"}},
       "chmod 755",
       true},
      {"OthersMayWriteTheWorkersFolder",
       Front::apache_cgi,
       [](const Site& site) { fs::permissions(worker_folder(site), fs::perms::others_write, fs::perm_options::add); },
       {},
       1,
       {{"permission.worker", "fault"}},
       "chmod 755",
       true},
      {"KeysAreDropped",
       Front::apache_fcgid,
       [](const Site& site) {
         edit(worker_folder(site) / ".htaccess", {{"SetEnvIf Authorization \"^(.+)$\" HTTP_AUTHORIZATION=$1\n", ""}});
       },
       {},
       1,
       {{"authorization", "fault"}},
       "claimcheck site install",
       true},
      {"KeysAreDroppedByTheVirtualHost",
       Front::apache_proxy,
       harm_nothing,
       {{"CGIPassAuth On", "CGIPassAuth Off"}},
       1,
       {{"authorization", "fault"}},
       "CGIPassAuth On"},
      {"NginxKeepsWholeFilesForItself",
       Front::nginx,
       harm_nothing,
       {{"fastcgi_max_temp_file_size 0;", "fastcgi_ignore_headers X-Accel-Buffering;"}},
       1,
       {{"delivery.buffering", "fault"}},
       "fastcgi_max_temp_file_size 0"},
      {"NginxPacksTheBytes",
       Front::nginx,
       harm_nothing,
       {{"fastcgi_cache off;\n  gzip off;", "fastcgi_cache off;\n  gzip on; gzip_types text/plain;"}},
       1,
       {{"delivery.transform", "fault"}},
       "gzip off"},
      {"TheSizeDoesNotArrive",
       Front::apache_proxy,
       harm_nothing,
       {{"ap_trust_cgilike_cl=1", "ap_trust_no_cl=1"}},
       1,
       {{"delivery.length", "fault"}},
       "ap_trust_cgilike_cl"},
      {"TheConfiguredModuleIsMissing",
       Front::apache_proxy,
       [](const Site& site) { site.deliver_by("xsendfile"); },
       {{"LoadModule xsendfile_module /usr/lib/apache2/modules/mod_xsendfile.so\n", ""}},
       1,
       {{"hand_off", "fault"}},
       "delivery = \"stream\"",
       true},
      {"TheModuleMayNotSendFromTheFolder",
       Front::apache_fcgid,
       [](const Site& site) { site.deliver_by("xsendfile"); },
       {{"XSendFilePath", "#"}},
       1,
       {{"hand_off", "fault"}},
       "delivery = \"local\"",
       true},
      {"NginxKnowsNothingOfUs",
       Front::nginx,
       harm_nothing,
       {{"location ^~ /dl/ {", "location ^~ /elsewhere/ {"}, {"rewrite ^ /dl/ last;", "return 404;"}},
       1,
       {{"route.block", "fault"}},
       "claimcheck site print nginx"},
      {"NginxServesTheFolder",
       Front::nginx,
       harm_nothing,
       {{"location ^~ /wp-content/uploads/claimcheck/ {", "location ^~ /elsewhere/ {"}},
       1,
       {{"lock", "LEAK"}},
       "claimcheck lock print nginx"},
      {"TheFolderListsItsFiles",
       Front::nginx,
       harm_nothing,
       {{"location ^~ /wp-content/uploads/claimcheck/ {", "location ^~ /elsewhere/ {"},
        {"index index.html;", "index nothing; autoindex on; location ~ ^/wp-content/uploads/claimcheck/.*[^/]$ { deny all; }"}},
       1,
       {{"lock.listing", "fault"}},
       "autoindex off"},
      {"TheSiteRedirects",
       Front::apache_fcgid,
       harm_nothing,
       {{"DirectoryIndex", "Redirect permanent / https://www.example.com/\nDirectoryIndex"}},
       1,
       {{"site.url", "fault"}, {"lock", "unverified"}},
       "url = \"https://www.example.com\""},
      {"ACacheStandsInFront",
       Front::apache_fcgid,
       harm_nothing,
       {{"DirectoryIndex", "Header always set CF-Cache-Status HIT\nDirectoryIndex"}},
       0,
       {{"site.cache", "warning"}},
       "CF-Cache-Status: HIT"},
      {"OthersReadTheConfiguration",
       Front::apache_fcgid,
       [](const Site& site) { fs::permissions(site.config(), fs::perms::others_read, fs::perm_options::add); },
       {},
       1,
       {{"permission.config", "fault"}},
       "chmod 600"},
      {"PublicLinksAreNotLedToTheWorker",
       Front::apache_fcgid,
       [](const Site& site) {
         const std::string text = read_file(site.config()), table = "[site]\n";
         write_file(site.config(), std::string{text}.insert(text.find(table) + table.size(), "public_links = true\n"));
       },
       {},
       1,
       {{"route.beside", "fault"}},
       "claimcheck site install",
       true},
      {"TheCountryDatabaseIsDamaged",
       Front::apache_fcgid,
       [](const Site& site) {
         write_file(site.folder() / "countries.mmdb", "this is no database");
         add_to_configuration(site, "[countries]\ndatabase = \"" + (site.folder() / "countries.mmdb").string() + "\"\n");
       },
       {},
       1,
       {{"countries", "fault"}},
       "geoipupdate"},
      {"ACheckAsksATableThatIsNotThere",
       Front::apache_fcgid,
       [](const Site& site) {
         add_to_configuration(site,
                              "[check.job]\nquery = \"SELECT status = 'completed' FROM no_jobs WHERE job_id = :job_id\"\n");
       },
       {},
       1,
       {{"check.sql", "fault"}},
       "[check.job]"},
      {"ABucketCannotBeReached",
       Front::apache_fcgid,
       [](const Site& site) {
         add_to_configuration(site,
                              "[storage.cloud]\nkind = \"s3\"\nbucket = \"b\"\nendpoint = \"http://127.0.0.1:1\"\n"
                              "private_addresses = true\naccess_key = \"a\"\nsecret_key = \"s\"\n");
       },
       {},
       1,
       {{"storage.bucket", "fault"}},
       "[storage.cloud]"},
      {"TheWholeSiteWantsAPassword",
       Front::apache_fcgid,
       harm_nothing,
       {{"DirectoryIndex", "Header always set X-Staging 1\nRedirect 401 /\nDirectoryIndex"}},
       0,
       {{"route", "unverified"}, {"lock", "unverified"}},
       "password"},
  };
  return list;
}

}  // namespace claimcheck::test
