#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
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
