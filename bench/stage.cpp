#include "bench/stage.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "bench/pattern.h"
#include "tests/support/connection.h"
#include "tests/support/http_client.h"
#include "tests/support/sha256.h"
#include "tests/support/web_user.h"

namespace claimcheck::bench {
namespace {

namespace fs = std::filesystem;
using namespace test;

constexpr const char* schema = "bench";

/// Two policies for the two ways to send a file; a link of either is good for one download.
constexpr const char* policies = R"(
[policy.stream]
max_uses = 1
exact = "always"

[policy.hand_off]
max_uses = 1
exact = "never"
)";

constexpr const char* script_tables = R"(
CREATE TABLE script_tokens (
  id BIGINT AUTO_INCREMENT PRIMARY KEY, token CHAR(64) NOT NULL UNIQUE, file VARCHAR(700) NOT NULL,
  max_uses INT NOT NULL, uses INT NOT NULL, expires_at BIGINT NOT NULL) ENGINE=InnoDB;
CREATE TABLE script_downloads (
  id BIGINT AUTO_INCREMENT PRIMARY KEY, token_id BIGINT NOT NULL, address VARCHAR(64) NOT NULL, at BIGINT NOT NULL,
  KEY (token_id)) ENGINE=InnoDB
)";

/// The tables that hold rights, and the copies that remember() makes.
constexpr std::array<const char*, 2> tables_of_rights{"wp_claimcheck_tokens", "script_tokens"};

/// The site's configuration, with another word for who sends the files.
std::string delivering_by(const std::string& word, std::string configuration) {
  const std::string storage = "[storage.uploads]\n";
  return configuration.insert(configuration.find(storage) + storage.size(),
                              fmt::format("delivery = \"{}\"\nurl = \"/wp-content/uploads/claimcheck\"\n", word));
}

}  // namespace

std::string program_of(Server server) {
  return server == Server::nginx ? "nginx" : "apache2";
}

Stage::Stage()
    : site_(database_.fresh_schema(schema), policies),
      php_(site_.folder(), concurrency),
      proxy_port_(free_port()),
      fcgid_port_(free_port()),
      nginx_port_(free_port()),
      slow_port_(free_port()) {
  fs::create_directories(site_.docroot() / "plain");
  fs::create_directories(site_.docroot() / "script");
  fs::copy_file(fs::path{CLAIMCHECK_SOURCE_DIR} / "bench/classic_download.php", site_.docroot() / "script/download.php");
  give_to_site_user(site_.docroot() / "script");
  // The tests' server is small; this one has MariaDB's own sizes, so that it does not spend its time on writing pages out.
  database_.statement("SET GLOBAL innodb_log_file_size = 96 * 1048576; SET GLOBAL innodb_buffer_pool_size = 128 * 1048576");
  database_.statement(fmt::format("USE {}; {}", schema, script_tables));
  key_ = site_.ask({"key", "add", "bench", "--scope", "issue"}).at("key");

  proxy_worker_ = start_worker("proxy", "xsendfile");
  nginx_worker_ = start_worker("nginx", "accel");
  write_file(site_.config(), delivering_by("local", read_file(site_.config())));  // the one that mod_fcgid's workers find
  const Script script{.socket = php_.socket(), .database_socket = database_.socket(), .database = schema};
  apache_proxy_ = start_apache(site_, proxy_port_, site_.socket_address("proxy"), script);
  apache_fcgid_ = start_apache(site_, fcgid_port_, {}, script);
  nginx_ = start_nginx(site_, nginx_port_, slow_port_, site_.socket_address("nginx"), script);
}

std::unique_ptr<Process> Stage::start_worker(const std::string& name, const std::string& delivery) {
  const fs::path config = site_.folder() / (name + ".toml"), output = site_.folder() / ("log/" + name + ".out");
  write_file(config, delivering_by(delivery, read_file(site_.config())));
  fs::permissions(config, fs::perms::owner_read | fs::perms::owner_write);
  give_to_site_user(config);
  const std::string address = site_.socket_address(name);
  auto worker =
      std::make_unique<Process>(as_site_user({(site_.docroot() / "claimcheck/claimcheck.fcgi").string(), "--config",
                                              config.string(), "--listen", address, "--threads", std::to_string(concurrency)}),
                                output);
  wait_until("the worker listens on " + address, [&] {
    if (!worker->running()) throw std::runtime_error("the worker ended: " + read_file(output) + site_.log());
    return listens(address);
  });
  return worker;
}

int Stage::port(Server server) const {
  switch (server) {
    case Server::apache_proxy:
      return proxy_port_;
    case Server::apache_fcgid:
      return fcgid_port_;
    case Server::nginx:
      return nginx_port_;
  }
  throw std::logic_error("no such server");
}

File Stage::add_file(const std::string& name, std::uint64_t size) {
  const fs::path stored = site_.uploads() / site_.add_file(name, "");
  write_pattern(stored, size);
  fs::create_hard_link(stored, site_.docroot() / "plain" / name);
  return {.name = name, .size = size};
}

std::vector<std::string> Stage::links(Kind kind, const File& file, std::size_t count) {
  if (kind == Kind::plain) return std::vector<std::string>(count, "/plain/" + file.name);
  std::vector<std::string> links(count);
  if (kind == Kind::stream || kind == Kind::hand_off) {
    const std::string body =
        nlohmann::json{{"file", "2026/11/" + file.name}, {"policy", kind == Kind::stream ? "stream" : "hand_off"}}.dump();
    std::atomic<std::size_t> next = 0;
    const auto issue_some = [&] {
      for (std::size_t i = next++; i < count; i = next++) links[i] = issue(body);
    };
    std::vector<std::jthread> issuers(4);
    for (std::jthread& issuer : issuers) issuer = std::jthread{issue_some};
    issuers.clear();  // waits for them
    return links;
  }
  const std::string suffix = kind == Kind::script_sendfile ? "&sendfile=1" : "";
  std::string rows;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string token = sha256(fmt::format("script token {}", made_++));
    links[i] = "/script/download.php?token=" + token + suffix;
    rows += fmt::format("{}('{}', '{}', 1, 0, 4000000000)", rows.empty() ? "" : ",", token,
                        (site_.uploads() / "2026/11" / file.name).string());
    if (i + 1 < count && rows.size() < 100'000) continue;  // a command line takes 128 KiB
    database_.statement(
        fmt::format("INSERT INTO {}.script_tokens (token, file, max_uses, uses, expires_at) VALUES {}", schema, rows));
    rows.clear();
  }
  return links;
}

std::string Stage::issue(const std::string& body) {
  const Answer answer =
      fetch(nginx_port_, {.method = "POST",
                          .target = "/dl/v1/tokens",
                          .headers = {{"Authorization", "Bearer " + key_}, {"Content-Type", "application/json"}},
                          .body = body});
  if (answer.status != 201) throw std::runtime_error(fmt::format("no token: {} {}", answer.status, answer.body));
  const std::string url = nlohmann::json::parse(answer.body).at("url");
  return url.substr(url.find('/', url.find("//") + 2));
}

void Stage::remember() {
  std::string statements = fmt::format("USE {};", schema);
  for (const char* table : tables_of_rights)
    statements += fmt::format(
        "DROP TABLE IF EXISTS fresh_{0}; CREATE TABLE fresh_{0} LIKE {0}; INSERT INTO fresh_{0} SELECT * FROM {0};", table);
  database_.statement(statements);
}

void Stage::restore() {
  std::string statements = fmt::format("USE {};", schema);
  for (const char* table : tables_of_rights)
    statements += fmt::format(
        "REPLACE INTO {0} SELECT fresh.* FROM fresh_{0} AS fresh JOIN {0} AS used USING (id) WHERE used.uses <> fresh.uses;",
        table);
  // InnoDB clears up behind each change, later and at leisure: what was not asked for here is not to be paid for.
  database_.statement(statements + "SET GLOBAL innodb_max_purge_lag_wait = 0");
}

Stage::Counters Stage::counters() {
  std::istringstream rows{database_.statement("SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Innodb_data_fsyncs')")};
  std::map<std::string, std::uint64_t> values;
  std::string name;
  for (std::uint64_t value = 0; rows >> name >> value;) values[name] = value;
  return {.statements = values.at("Questions"), .syncs = values.at("Innodb_data_fsyncs")};
}

}  // namespace claimcheck::bench
