// Set-ups that are broken for real, each in a way of its own: the doctor names exactly that, and what to do.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <ostream>
#include <stdexcept>

#include "tests/e2e/ailing_site.h"
#include "tests/support/connection.h"
#include "tests/support/mariadb.h"
#include "tests/support/process.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;
using Ailments = std::map<std::string, std::string>;

const std::string other_gate(64, 'X');

/// Accepts connections, as the kernel does by itself, and says nothing.
class SilentServer {
 public:
  SilentServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 16) != 0)
      throw std::runtime_error("cannot listen");
  }
  ~SilentServer() { ::close(listener_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  int port() const { return port_; }

 private:
  int port_ = free_port();
  int listener_;
};

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

INSTANTIATE_TEST_SUITE_P(Every, DoctorGoodSite, testing::ValuesIn(all_fronts),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(DoctorGoodSite, TheFasterWayIsStoredOnceItWasTriedAndNothingElseOfTheFileChanges) {
  const std::map<Front, std::string> best{{Front::apache_fcgid, "local"},
                                          {Front::apache_cgi, "local"},
                                          {Front::apache_proxy, "xsendfile"},
                                          {Front::nginx, "accel"}};
  const std::string way = best.at(GetParam());
  AilingSite ailing;
  ailing.site.cron();
  const std::string before = read_file(ailing.site.config());
  ailing.start(GetParam());
  EXPECT_NE(ailing.examine().told("hand_off.better").find("delivery = \"" + way + "\""), std::string::npos);
  EXPECT_EQ(read_file(ailing.site.config()), before) << "nothing is stored unasked";

  const Diagnosis mended = ailing.examine({"--fix"});
  EXPECT_EQ(mended.status, 0) << mended.text;
  EXPECT_NE(mended.told("hand_off.better").find("wrote delivery"), std::string::npos) << mended.text;
  const std::string url = way == "xsendfile" ? "" : "url = \"/wp-content/uploads/claimcheck\"\n", head = "[storage.uploads]\n";
  EXPECT_EQ(read_file(ailing.site.config()), edited(before, {{head, head + url + "delivery = \"" + way + "\"\n"}}));
  EXPECT_EQ(ailing.site.command({"check"}).status, 0);

  ailing.start(GetParam());
  const Diagnosis after = ailing.examine();
  EXPECT_EQ(after.status, 0);
  EXPECT_NE(after.told("hand_off").find(way), std::string::npos) << after.text;
  for (const auto& each : after.findings) EXPECT_EQ(each.at("state"), "ok") << each;
}

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

void PrintTo(const Ill& ill, std::ostream* out) {
  *out << ill.name;
}

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

/// How the doctor ends, beside what it finds.
class Doctor : public testing::Test {
 protected:
  void SetUp() override { ailing.site.cron(); }

  AilingSite ailing;
};

TEST_F(Doctor, ASiteThatCannotBeReachedIsNotInOrder) {
  const Diagnosis diagnosis = ailing.examine();
  EXPECT_EQ(diagnosis.status, 1);
  EXPECT_EQ(diagnosis.ailments(), (Ailments{{"site.reach", "unverified"}, {"lock", "unverified"}})) << diagnosis.text;
  EXPECT_NE(diagnosis.told("site.reach").find("--url"), std::string::npos) << diagnosis.text;
}

TEST_F(Doctor, AnAddressThatLeadsToAnotherSiteIsNoticed) {
  AilingSite other;
  for (const char* command : {"lock", "site"})
    other.site.command({command, "remove", command == std::string{"lock"} ? other.site.uploads() : other.site.docroot()});
  other.start(Front::apache_cgi);
  ailing.start(Front::apache_fcgid);
  const Diagnosis diagnosis = ailing.examine({"--url", fmt::format("http://127.0.0.1:{}", other.site.port())});
  EXPECT_EQ(diagnosis.status, 1);
  EXPECT_EQ(diagnosis.ailments(), (Ailments{{"site.url", "fault"}, {"lock", "unverified"}})) << diagnosis.text;
  EXPECT_EQ(ailing.examine().status, 0);
}

TEST_F(Doctor, AWorkerThatDoesNotRunIsNoticed) {
  for (const Front front : {Front::nginx, Front::apache_proxy}) {
    ailing.start(front);
    for (const pid_t pid : ailing.site.worker_pids()) ::kill(pid, SIGTERM);
    wait_until("the worker ends", [&] { return ailing.site.worker_pids().empty(); });
    const Diagnosis diagnosis = ailing.examine();
    EXPECT_EQ(diagnosis.status, 1);
    EXPECT_EQ(diagnosis.ailments(), (Ailments{{"route.worker", "fault"}})) << diagnosis.text;
    EXPECT_NE(diagnosis.told("route.worker").find("start claimcheck.fcgi"), std::string::npos) << diagnosis.text;
  }
}

TEST_F(Doctor, TheCertificateHasToBeGoodForTheName) {
  const fs::path folder = ailing.site.folder();
  const auto make_certificate = [&](const std::string& name, const std::string& subject) {
    const Finished made = run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-days", "30", "-subj", "/CN=" + subject, "-addext",
                               (subject == "127.0.0.1" ? "subjectAltName=IP:" : "subjectAltName=DNS:") + subject, "-keyout",
                               folder / (name + ".key"), "-out", folder / (name + ".crt")});
    ASSERT_EQ(made.status, 0) << made.err;
  };
  make_certificate("good", "127.0.0.1");
  make_certificate("other", "other.test");
  const std::string listen = fmt::format("listen 127.0.0.1:{}", ailing.site.port());
  const struct {
    const char *served, *trusted;
    int status;
    Ailments ailments;
  } cases[] = {{"good", "good", 0, {}},
               {"good", "other", 1, {{"site.certificate", "fault"}, {"lock", "unverified"}}},
               {"other", "other", 1, {{"site.certificate", "fault"}, {"lock", "unverified"}}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(fmt::format("{} served, {} trusted", c.served, c.trusted));
    ailing.start(Front::nginx, {{listen, fmt::format("ssl_certificate {0}/{1}.crt; ssl_certificate_key {0}/{1}.key;\n{2} ssl",
                                                     folder.string(), c.served, listen)}});
    const Diagnosis diagnosis = ailing.examine({"--url", fmt::format("https://127.0.0.1:{}", ailing.site.port())},
                                               {fmt::format("SSL_CERT_FILE={}/{}.crt", folder.string(), c.trusted)});
    EXPECT_EQ(diagnosis.status, c.status);
    EXPECT_EQ(diagnosis.ailments(), c.ailments) << diagnosis.text;
  }
}

TEST_F(Doctor, ACronThatNeverRanIsAWarning) {
  AilingSite fresh;
  fresh.start(Front::apache_fcgid);
  const Diagnosis diagnosis = fresh.examine();
  EXPECT_EQ(diagnosis.status, 0);
  EXPECT_EQ(diagnosis.ailments(), (Ailments{{"cron", "warning"}})) << diagnosis.text;
  EXPECT_NE(diagnosis.told("cron").find("7,22,37,52 * * * * "), std::string::npos) << diagnosis.text;
  fresh.site.cron({"--dry-run"});
  EXPECT_EQ(fresh.examine().ailments(), (Ailments{{"cron", "warning"}})) << "a dry run is none";
  fresh.site.cron();
  EXPECT_EQ(fresh.examine().ailments(), Ailments{});
}

TEST_F(Doctor, ADatabaseThatIsDownOrHalfMadeIsNoticed) {
  MariaDb database;
  AilingSite on_mariadb{database.fresh_schema("doctor")};
  on_mariadb.site.cron();
  on_mariadb.start(Front::apache_fcgid);
  EXPECT_EQ(on_mariadb.examine().ailments(), Ailments{});

  database.statement("UPDATE doctor.wp_claimcheck_meta SET value = value - 10000 WHERE name = 'cron_ran_at'");
  EXPECT_EQ(on_mariadb.examine().ailments(), (Ailments{{"cron", "fault"}}));
  on_mariadb.site.cron();

  database.statement("SET GLOBAL innodb_flush_log_at_trx_commit = 2");
  const Diagnosis careless = on_mariadb.examine();
  EXPECT_EQ(careless.status, 0);
  EXPECT_EQ(careless.ailments(), (Ailments{{"database.durability", "warning"}})) << careless.text;
  database.statement("SET GLOBAL innodb_flush_log_at_trx_commit = 1");

  database.statement("DELETE FROM doctor.wp_claimcheck_meta WHERE name LIKE 'migration 0015%'");
  const Diagnosis half = on_mariadb.examine();
  EXPECT_EQ(half.status, 1);
  EXPECT_EQ(half.ailments(), (Ailments{{"database.migrations", "fault"}})) << half.text;
  EXPECT_NE(half.told("database.migrations").find("claimcheck migrate"), std::string::npos);
  EXPECT_EQ(on_mariadb.examine({"--fix"}).status, 0);
  EXPECT_EQ(on_mariadb.examine().ailments(), Ailments{});

  database.kill();
  const Diagnosis down = on_mariadb.examine();
  EXPECT_EQ(down.status, 1);
  EXPECT_EQ(down.ailments(), (Ailments{{"database", "fault"}})) << down.text;
}

TEST_F(Doctor, AWorkerWithAnotherDatabaseIsNoticed) {
  ailing.start(Front::nginx);
  edit(ailing.site.config(), {{"claimcheck.db", "another.db"}});
  ailing.site.command({"migrate"});
  ailing.site.cron();
  const Diagnosis diagnosis = ailing.examine();
  EXPECT_EQ(diagnosis.status, 1);
  EXPECT_EQ(diagnosis.ailments(), (Ailments{{"route.version", "fault"}})) << diagnosis.text;
  EXPECT_NE(diagnosis.told("route.version").find("another database"), std::string::npos) << diagnosis.text;
}

TEST_F(Doctor, NginxInFrontThatServesStaticFilesItselfIsNoticed) {
  const fs::path folder = ailing.site.folder();
  ailing.start(Front::apache_fcgid);
  const fs::path configuration = folder / "front.conf", log = folder / "front.log";
  const int port = free_port();
  write_file(configuration,
             fmt::format(R"({user}daemon off;
pid {folder}/front.pid;
error_log {folder}/front.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/front-body;
  proxy_temp_path {folder}/front-proxy;
  fastcgi_temp_path {folder}/front-fastcgi;
  uwsgi_temp_path {folder}/front-uwsgi;
  scgi_temp_path {folder}/front-scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{apache}; }}
    location ~* \.(zip|pdf|jpg|mp4|txt)$ {{ root {docroot}; }}
  }}
}}
)",
                         fmt::arg("user", site_has_own_user() ? "user www-data;\n" : ""), fmt::arg("folder", folder.string()),
                         fmt::arg("port", port), fmt::arg("apache", ailing.site.port()),
                         fmt::arg("docroot", ailing.site.docroot().string())));
  const Process nginx{{"/usr/sbin/nginx", "-e", log, "-c", configuration}, log};
  wait_until("nginx listens", [&] { return listens(fmt::format("tcp:127.0.0.1:{}", port)); });
  const Diagnosis diagnosis = ailing.examine({"--url", fmt::format("http://127.0.0.1:{}", port)});
  EXPECT_EQ(diagnosis.status, 1);
  EXPECT_EQ(diagnosis.ailments(), (Ailments{{"lock", "LEAK"}})) << diagnosis.text;
  EXPECT_NE(diagnosis.told("lock").find("location ^~ /wp-content/uploads/claimcheck/"), std::string::npos) << diagnosis.text;
}

TEST_F(Doctor, WhoeverInterruptsItFindsNothingLeft) {
  // Answers as long as it is asked for healthz, and never for anything else.
  SilentServer silent;
  ailing.start(Front::nginx, {{"location ~* \\.(zip", fmt::format("location ^~ /wp-content/uploads/claimcheck-canary {{ "
                                                                  "proxy_pass http://127.0.0.1:{}; }}\nlocation ~* \\.(zip",
                                                                  silent.port())}});
  for (const int number : {SIGINT, SIGTERM}) {
    Process doctor{as_site_user({std::string{CLAIMCHECK_BIN_DIR} + "/claimcheck", "--config", ailing.site.config(), "doctor"}),
                   ailing.site.folder() / "log/doctor.out"};
    wait_until("the doctor puts a file somewhere", [&] { return !ailing.canaries().empty(); });
    doctor.signal(number);
    EXPECT_EQ(doctor.wait(), 128 + number);
    EXPECT_EQ(ailing.canaries(), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace claimcheck
