#include "tests/support/galera.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

/// In the same folder as other servers, which is not in the PATH of ordinary users.
constexpr const char* server_program = "/usr/sbin/mariadbd";
constexpr const char* provider = "/usr/lib/galera/libgalera_smm.so";

void require(const Finished& finished, const std::string& what) {
  if (finished.status != 0) throw std::runtime_error(what + " failed:\n" + finished.out + finished.err);
}

}  // namespace

GaleraCluster::GaleraCluster() {
  for (int& port : group_ports_) port = free_port();
  for (std::size_t node = 0; node < size; ++node) std::filesystem::create_directory(folder_ / fmt::format("data{}", node));
  give_to_site_user(folder_.path());
  require(run(as_site_user({"mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db",
                            "--skip-name-resolve", "--datadir=" + (folder_ / "data0").string(),
                            "--tmpdir=" + folder_.path().string(), "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=32M",
                            "--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0", "--debug-no-sync"})),
          "mariadb-install-db");
  for (std::size_t node = 0; node < size; ++node) start(node);
}

std::string GaleraCluster::socket(std::size_t node) const {
  return folder_ / fmt::format("sock{}", node);
}

std::vector<std::size_t> GaleraCluster::running() const {
  std::vector<std::size_t> found;
  for (std::size_t node = 0; node < size; ++node)
    if (nodes_[node] && nodes_[node]->running()) found.push_back(node);
  return found;
}

bool GaleraCluster::synchronised(std::size_t node, std::size_t nodes) const {
  constexpr const char* synced = "4";
  const Finished status = run({"mariadb", "--no-defaults", "--socket=" + socket(node), "--user=root", "--skip-column-names",
                               "--batch", "--execute=SHOW STATUS LIKE 'wsrep\\_%'"});
  const auto is = [&](const char* name, const std::string& value) {
    return status.out.find(fmt::format("{}\t{}\n", name, value)) != std::string::npos;
  };
  return is("wsrep_local_state", synced) && is("wsrep_cluster_status", "Primary") &&
         is("wsrep_cluster_size", std::to_string(nodes));
}

void GaleraCluster::start(std::size_t node) {
  std::vector<std::string> members;  // nobody: a new cluster
  for (const std::size_t other : running()) members.push_back(fmt::format("127.0.0.1:{}", group_ports_[other]));
  const std::string address = fmt::format("gcomm://{}", fmt::join(members, ","));
  const std::string options = fmt::format(
      "base_port={0};gmcast.listen_addr=tcp://127.0.0.1:{0};ist.recv_addr=127.0.0.1:{1};gcache.size=32M;pc.recovery=false;"
      "evs.suspect_timeout=PT6S;evs.inactive_timeout=PT20S;evs.inactive_check_period=PT0.2S;evs.keepalive_period=PT0.3S",
      group_ports_[node], free_port());
  const std::filesystem::path log = folder_ / fmt::format("log{}", node);
  nodes_[node] =
      std::make_unique<Process>(as_site_user({server_program,
                                              "--no-defaults",
                                              fmt::format("--datadir={}", (folder_ / fmt::format("data{}", node)).string()),
                                              "--tmpdir=" + folder_.path().string(),
                                              fmt::format("--pid-file={}", (folder_ / fmt::format("pid{}", node)).string()),
                                              "--socket=" + socket(node),
                                              "--bind-address=127.0.0.1",
                                              fmt::format("--port={}", free_port()),
                                              "--skip-name-resolve",
                                              "--character-set-server=utf8mb4",
                                              "--collation-server=utf8mb4_general_ci",
                                              "--innodb-flush-log-at-trx-commit=1",
                                              "--innodb-buffer-pool-size=32M",
                                              "--innodb-log-file-size=8M",
                                              "--performance-schema=OFF",
                                              "--max-connections=300",
                                              "--binlog-format=ROW",
                                              "--innodb-autoinc-lock-mode=2",
                                              "--wsrep-on=ON",
                                              fmt::format("--wsrep-provider={}", provider),
                                              "--wsrep-cluster-address=" + address,
                                              "--wsrep-cluster-name=test",
                                              fmt::format("--wsrep-node-name=node{}", node),
                                              "--wsrep-node-address=127.0.0.1",
                                              "--wsrep-sst-method=rsync",
                                              fmt::format("--wsrep-sst-receive-address=127.0.0.1:{}", free_port()),
                                              "--wsrep-provider-options=" + options}),
                                log);
  wait_until(
      fmt::format("node {} answers", node),
      [&] {
        if (!nodes_[node]->running()) throw std::runtime_error("mariadbd ended:\n" + read_file(log));
        return synchronised(node, running().size());
      },
      std::chrono::seconds{120});
  gather();
}

void GaleraCluster::gather() const {
  const auto all = running();
  wait_until(
      "the nodes that run see each other",
      [&] { return std::ranges::all_of(all, [&](std::size_t each) { return synchronised(each, all.size()); }); },
      std::chrono::seconds{120});
}

void GaleraCluster::fresh_schema(const std::string& name) {
  statement(0, "DROP DATABASE IF EXISTS " + name + "; CREATE DATABASE " + name);
}

std::string GaleraCluster::url(std::size_t node, const std::string& schema) const {
  return "mysql://root@localhost/" + schema + "?unix_socket=" + socket(node);
}

std::string GaleraCluster::statement(std::size_t node, const std::string& text) const {
  const Finished finished = run({"mariadb", "--no-defaults", "--socket=" + socket(node), "--user=root", "--skip-column-names",
                                 "--batch", "--execute=SET wsrep_sync_wait = 3; " + text});
  require(finished, text);
  return finished.out;
}

}  // namespace claimcheck::test
