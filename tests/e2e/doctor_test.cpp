// Set-ups that are broken for real, each in a way of its own: the doctor names exactly that, and what to do.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/e2e/ailing_site.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;
using Ailments = std::map<std::string, std::string>;

const std::string other_gate(64, 'X');

class DoctorGoodSite : public testing::TestWithParam<Front> {};

TEST_P(DoctorGoodSite, IsInOrderAndIsLeftAsItWas) {
  AilingSite ailing;
  ailing.site.cron();
  ailing.start(GetParam());
  const Diagnosis diagnosis = ailing.examine();
  EXPECT_EQ(diagnosis.status, 0);
  EXPECT_EQ(diagnosis.ailments(), Ailments{}) << diagnosis.text;
  for (const char* check : {"site.reach", "route", "route.version", "authorization", "lock", "delivery", "delivery.buffering",
                            "database", "database.durability", "database.clock", "permission.config", "cron"})
    EXPECT_NE(diagnosis.told(check), "") << check << diagnosis.text;
  EXPECT_EQ(ailing.canaries(), std::vector<std::string>{});
  for (const auto& key : ailing.site.ask({"key", "list"}).at("keys")) EXPECT_FALSE(key.at("revoked_at").is_null()) << key;
  for (const auto& token : ailing.site.ask({"token", "list"}).at("tokens")) EXPECT_EQ(token.at("state"), "revoked") << token;
  const Finished words = ailing.site.command({"doctor"});
  EXPECT_EQ(words.status, 0);
  EXPECT_NE(words.out.find("in order"), std::string::npos) << words.out;
}

INSTANTIATE_TEST_SUITE_P(Every, DoctorGoodSite, testing::ValuesIn(all_fronts), [](const auto& each) { return name_of(each.param); });

/// A way to break a site, and what the doctor is to say.
struct Ill {
  const char* name;
  Front front;
  std::function<void(const Site&)> harm;  ///< before the server starts
  Edits edits;                            ///< to the server's configuration
  int status;
  Ailments ailments;
  const char* told;  ///< part of message or fix of the first of `ailments`
  bool mendable = false;
};

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

const std::vector<Ill>& illnesses() {
  static const std::vector<Ill> list{
      {"HtaccessFilesAreIgnored", Front::apache_fcgid, harm_nothing, {{"AllowOverride All", "AllowOverride None"}}, 1,
       {{"lock", "LEAK"}, {"route.ignored", "fault"}}, "AllowOverride None"},
      {"TheLockIsMissing", Front::apache_fcgid,
       [](const Site& site) { site.command({"lock", "remove", site.uploads()}); }, {}, 1,
       {{"lock", "LEAK"}}, "claimcheck lock install", true},
      {"AFolderBelowIsOpenedAgain", Front::apache_fcgid, reopen_a_folder, {}, 1, {{"lock.nested", "LEAK"}}, "2026/.htaccess"},
      {"TheLockHasAnotherGate", Front::apache_fcgid,
       [](const Site& site) {
         const std::string gate = read_file(site.folder() / "claimcheck.gate");
         edit(site.uploads() / ".htaccess", {{gate, other_gate}, {gate, other_gate}, {gate, other_gate}});
       },
       {}, 1, {{"lock.gate", "fault"}}, "claimcheck lock install", true},
      {"TheWorkerHasAnotherGate", Front::apache_cgi,
       [](const Site& site) {
         edit(worker_folder(site) / ".htaccess", {{read_file(site.folder() / "claimcheck.gate"), other_gate}});
       },
       {}, 1, {{"route.gate", "fault"}}, "claimcheck site install", true},
      {"TheBlockStandsBelowWordPress", Front::apache_fcgid, move_block_below_wordpress, {}, 1,
       {{"route.order", "fault"}}, "BEGIN WordPress", true},
      {"TheBlockIsMissing", Front::apache_cgi,
       [](const Site& site) {
         const fs::path file = site.docroot() / ".htaccess";
         const std::string text = read_file(file);
         write_file(file, text.substr(text.find(block_end) + block_end.size()));
       },
       {}, 1, {{"route.block", "fault"}}, "claimcheck site install", true},
      {"TheWorkerIsSentAsAFile", Front::apache_fcgid,
       [](const Site& site) { write_file(worker_folder(site) / ".htaccess", "RewriteEngine Off\n"); }, {}, 1,
       {{"route.handler", "fault"}}, "site install", true},
      {"NoProgramsMayRun", Front::apache_fcgid,
       [](const Site& site) { edit(worker_folder(site) / ".htaccess", {{"Options +ExecCGI -Indexes\n", ""}}); }, {}, 1,
       {{"route.exec", "fault"}}, "ExecCGI", true},
      {"TheWorkerIsMissing", Front::apache_fcgid,
       [](const Site& site) { fs::remove(worker_folder(site) / "claimcheck.fcgi"); }, {}, 1,
       {{"route.missing_worker", "fault"}}, "copy claimcheck.fcgi to"},
      {"TheWorkerDoesNotStart", Front::apache_cgi,
       [](const Site& site) { write_file(worker_folder(site) / "claimcheck.fcgi", "#!/bin/sh\nexit 1\n"); }, {}, 1,
       {{"route.start", "fault"}}, "claimcheck check"},
      {"OthersMayWriteTheWorker", Front::apache_fcgid,
       [](const Site& site) {
         fs::permissions(worker_folder(site) / "claimcheck.fcgi", fs::perms::group_write, fs::perm_options::add);
       },
       {}, 1, {{"permission.worker", "fault"}}, "chmod 755", true},
      {"OthersMayWriteTheWorkersFolder", Front::apache_cgi,
       [](const Site& site) { fs::permissions(worker_folder(site), fs::perms::others_write, fs::perm_options::add); }, {}, 1,
       {{"permission.worker", "fault"}}, "chmod 755", true},
      {"KeysAreDropped", Front::apache_fcgid,
       [](const Site& site) {
         edit(worker_folder(site) / ".htaccess", {{"SetEnvIf Authorization \"^(.+)$\" HTTP_AUTHORIZATION=$1\n", ""}});
       },
       {}, 1, {{"authorization", "fault"}}, "claimcheck site install", true},
      {"KeysAreDroppedByTheVirtualHost", Front::apache_proxy, harm_nothing, {{"CGIPassAuth On", "CGIPassAuth Off"}}, 1,
       {{"authorization", "fault"}}, "CGIPassAuth On"},
      {"NginxKeepsWholeFilesForItself", Front::nginx, harm_nothing,
       {{"fastcgi_max_temp_file_size 0;", "fastcgi_ignore_headers X-Accel-Buffering;"}}, 1,
       {{"delivery.buffering", "fault"}}, "fastcgi_max_temp_file_size 0"},
      {"NginxPacksTheBytes", Front::nginx, harm_nothing, {{"gzip off;", "gzip on; gzip_types text/plain;"}}, 1,
       {{"delivery.transform", "fault"}}, "gzip off"},
      {"TheSizeDoesNotArrive", Front::apache_proxy, harm_nothing, {{"ap_trust_cgilike_cl=1", "ap_trust_no_cl=1"}}, 1,
       {{"delivery.length", "fault"}}, "ap_trust_cgilike_cl"},
      {"NginxKnowsNothingOfUs", Front::nginx, harm_nothing,
       {{"location ^~ /dl/ {", "location ^~ /elsewhere/ {"}, {"rewrite ^ /dl/ last;", "return 404;"}}, 1,
       {{"route.block", "fault"}}, "claimcheck site print nginx"},
      {"NginxServesTheFolder", Front::nginx, harm_nothing,
       {{"location ^~ /wp-content/uploads/claimcheck/ {", "location ^~ /elsewhere/ {"}}, 1,
       {{"lock", "LEAK"}}, "claimcheck lock print nginx"},
      {"TheFolderListsItsFiles", Front::nginx, harm_nothing,
       {{"location ^~ /wp-content/uploads/claimcheck/ {", "location ^~ /elsewhere/ {"},
        {"index index.html;", "index nothing; autoindex on; location ~ ^/wp-content/uploads/claimcheck/.*[^/]$ { deny all; }"}}, 1,
       {{"lock.listing", "fault"}}, "autoindex off"},
      {"TheSiteRedirects", Front::apache_fcgid, harm_nothing,
       {{"DirectoryIndex", "Redirect permanent / https://www.example.com/\nDirectoryIndex"}}, 1,
       {{"site.url", "fault"}, {"lock", "unverified"}}, "url = \"https://www.example.com\""},
      {"ACacheStandsInFront", Front::apache_fcgid, harm_nothing,
       {{"DirectoryIndex", "Header always set CF-Cache-Status HIT\nDirectoryIndex"}}, 0,
       {{"site.cache", "warning"}}, "CF-Cache-Status: HIT"},
      {"OthersReadTheConfiguration", Front::apache_fcgid,
       [](const Site& site) { fs::permissions(site.config(), fs::perms::others_read, fs::perm_options::add); }, {}, 1,
       {{"permission.config", "fault"}}, "chmod 600"},
      {"TheWholeSiteWantsAPassword", Front::apache_fcgid, harm_nothing,
       {{"DirectoryIndex", "Header always set X-Staging 1\nRedirect 401 /\nDirectoryIndex"}}, 0,
       {{"route", "unverified"}, {"lock", "unverified"}}, "password"},
  };
  return list;
}

class DoctorIllSite : public testing::TestWithParam<Ill> {};

TEST_P(DoctorIllSite, IsToldExactlyWhatIsWrongAndWhatToDo) {
  const Ill& ill = GetParam();
  AilingSite ailing;
  ailing.site.cron();
  ill.harm(ailing.site);
  ailing.start(ill.front, ill.edits);
  const Diagnosis diagnosis = ailing.examine();
  EXPECT_EQ(diagnosis.status, ill.status);
  EXPECT_EQ(diagnosis.ailments(), ill.ailments) << diagnosis.text;
  std::string told;
  for (const auto& [check, state] : ill.ailments) told += diagnosis.told(check);
  EXPECT_NE(told.find(ill.told), std::string::npos) << told;
  EXPECT_EQ(ailing.canaries(), std::vector<std::string>{});
  if (!ill.mendable) return;
  const Diagnosis mended = ailing.examine({"--fix"});
  EXPECT_EQ(mended.status, 0) << mended.text;
  for (auto& [check, state] : mended.ailments()) EXPECT_TRUE(ill.ailments.contains(check)) << mended.text;
  EXPECT_EQ(ailing.examine().ailments(), Ailments{});
}

INSTANTIATE_TEST_SUITE_P(Each, DoctorIllSite, testing::ValuesIn(illnesses()), [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace claimcheck
