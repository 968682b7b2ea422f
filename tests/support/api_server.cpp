#include "tests/support/api_server.h"

#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "tests/support/connection.h"

namespace claimcheck::test {
namespace {

void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const Finished finished = run(arguments);
  if (finished.status != 0) throw std::runtime_error("openssl: " + finished.err);
}

std::string word(ApiServer::Tls tls) {
  switch (tls) {
    case ApiServer::Tls::modern:
      return "modern";
    case ApiServer::Tls::old:
      return "old";
    case ApiServer::Tls::silent:
      return "silent";
    case ApiServer::Tls::slow:
      return "slow";
    case ApiServer::Tls::none:
      return "none";
  }
  throw std::logic_error("no such TLS");
}

}  // namespace

Authority::Authority() {
  openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
           folder_ / "authority.key", "-out", certificate(), "-days", "2", "-subj", "/CN=authority of a test"});
}

void Authority::issue(const std::string& name, const std::string& names, Validity validity) {
  const std::string request = folder_ / (name + ".csr");
  openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder_ / (name + ".key"),
           "-out", request, "-subj", "/CN=server of a test", "-addext", "subjectAltName=" + names});
  openssl({"x509", "-req", "-in", request, "-CA", certificate(), "-CAkey", folder_ / "authority.key", "-CAcreateserial",
           "-copy_extensions", "copy", "-days", validity == Validity::now ? "2" : "-1", "-out", folder_ / (name + ".pem")});
}

ApiServer::ApiServer(const Authority& authority, const std::string& name, Tls tls) : tls_(tls), port_(free_port()) {
  for (const char* file : {"requests", "accepted"}) write_file(folder_ / file, "");
  say("{}");
  process_.emplace(
      std::vector<std::string>{"/usr/bin/python3", CLAIMCHECK_SOURCE_DIR "/tests/support/api_server.py", "--port",
                               std::to_string(port_), "--tls", word(tls), "--certificate", authority / (name + ".pem"), "--key",
                               authority / (name + ".key"), "--answers", folder_.path(), "--requests", folder_ / "requests",
                               "--accepted", folder_ / "accepted"},
      folder_ / "log");
  wait_until("the server listens: " + (folder_ / "log").string(), [&] {
    if (!process_->running()) throw std::runtime_error("the server has ended: " + read_file(folder_ / "log"));
    return listens("tcp:127.0.0.1:" + std::to_string(port_));
  });
  wait_until("the server counts", [&] { return !read_file(folder_ / "accepted").empty(); });
  before_ = read_file(folder_ / "accepted").size();
}

std::string ApiServer::origin() const {
  return (tls_ == Tls::none ? "http://localhost:" : "https://localhost:") + std::to_string(port_);
}

void ApiServer::say(const std::string& body) {
  keep("good", body);
}

void ApiServer::keep(const std::string& name, const std::string& body) {
  write_file(folder_ / name, body);
}

std::vector<std::string> ApiServer::paths() const {
  std::vector<std::string> paths;
  std::istringstream lines{read_file(folder_ / "requests")};
  for (std::string line; std::getline(lines, line);) paths.push_back(nlohmann::json::parse(line).at("path"));
  return paths;
}

std::size_t ApiServer::connections() const {
  return read_file(folder_ / "accepted").size() - before_;
}

}  // namespace claimcheck::test
