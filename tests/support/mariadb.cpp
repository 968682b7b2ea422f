#include "tests/support/mariadb.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace claimcheck::test {
namespace {

/// Server programs live outside the PATH of ordinary users.
std::string server_program() {
  return std::filesystem::exists("/usr/sbin/mariadbd") ? "/usr/sbin/mariadbd" : "mariadbd";
}

/// mariadbd refuses to run as root unless told to, and cannot be told by anyone else.
void add_user(std::vector<std::string>& argv) {
  if (::geteuid() == 0) argv.emplace_back("--user=root");
}

void require(const Finished& finished, const std::string& what) {
  if (finished.status != 0) throw std::runtime_error(what + " failed:\n" + finished.out + finished.err);
}

}  // namespace

MariaDb::MariaDb() : socket_(folder_ / "sock"), port_(free_port()) {
  // An empty data folder is not worth waiting for the disk; the server itself will.
  std::vector<std::string> install{"mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal",
                                   "--skip-test-db", "--skip-name-resolve", "--datadir=" + (folder_ / "data").string(),
                                   // A server that starts removes what others have in the same folder.
                                   "--tmpdir=" + folder_.path().string(), "--innodb-log-file-size=8M",
                                   "--innodb-buffer-pool-size=32M", "--innodb-flush-method=nosync",
                                   "--innodb-flush-log-at-trx-commit=0", "--debug-no-sync"};
  add_user(install);
  require(run(install), "mariadb-install-db");
  require(run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
               "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", (folder_ / "key.pem").string(),
               "-out", certificate()}),
          "openssl req");
  start();
}

MariaDb& MariaDb::shared() {
  static MariaDb server;
  return server;
}

std::string MariaDb::fresh_schema(const std::string& name) {
  statement("DROP DATABASE IF EXISTS " + name + "; CREATE DATABASE " + name);
  return "mysql://root@localhost/" + name + "?unix_socket=" + socket_;
}

std::string MariaDb::tcp_url(const std::string& name) const {
  return "mysql://root@127.0.0.1:" + std::to_string(port_) + "/" + name;
}

std::string MariaDb::statement(const std::string& text) {
  const Finished finished = run({"mariadb", "--no-defaults", "--socket=" + socket_, "--user=root", "--skip-column-names",
                                 "--batch", "--execute=" + text});
  require(finished, text);
  return finished.out;
}

std::string MariaDb::certificate() const {
  return folder_ / "certificate.pem";
}

void MariaDb::start() {
  std::vector<std::string> argv{server_program(),
                                "--no-defaults",
                                "--datadir=" + (folder_ / "data").string(),
                                "--tmpdir=" + folder_.path().string(),
                                "--pid-file=" + (folder_ / "pid").string(),
                                "--socket=" + socket_,
                                "--bind-address=127.0.0.1",
                                "--port=" + std::to_string(port_),
                                "--skip-name-resolve",
                                "--ssl-cert=" + certificate(),
                                "--ssl-key=" + (folder_ / "key.pem").string(),
                                "--character-set-server=utf8mb4",
                                "--collation-server=utf8mb4_general_ci",
                                "--innodb-flush-log-at-trx-commit=1",
                                "--innodb-buffer-pool-size=32M",
                                "--innodb-log-file-size=8M",
                                "--aria-pagecache-buffer-size=8M",
                                "--key-buffer-size=1M",
                                "--performance-schema=OFF",
                                "--max-connections=300"};
  add_user(argv);
  const auto log = folder_ / "log";
  server_ = std::make_unique<Process>(argv, log);
  wait_until("mariadbd answers", [&] {
    if (!server_->running()) throw std::runtime_error("mariadbd ended:\n" + read_file(log));
    return run({"mariadb-admin", "--no-defaults", "--socket=" + socket_, "--user=root", "ping"}).status == 0;
  });
}

void MariaDb::stop() {
  resume();
  server_->stop();
}

void MariaDb::kill() {
  server_->kill();
}

void MariaDb::suspend() {
  server_->suspend();
}

void MariaDb::resume() {
  server_->signal(SIGCONT);
}

}  // namespace claimcheck::test
