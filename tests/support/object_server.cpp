#include "tests/support/object_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "tests/support/connection.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

constexpr const char* access_key = "AKIAOFATEST";
constexpr const char* secret_key = "hush/secret+of+a+test";

/// The file of a service account.
std::string account() {
  return copy_for_site_user(CLAIMCHECK_SOURCE_DIR "/tests/data/gcs-v4/test_service_account.not-a-test.json");
}

}  // namespace

ObjectServer::ObjectServer() : ObjectServer(std::vector<std::string>{}, "http://127.0.0.1") {}

ObjectServer::ObjectServer(const Authority& authority, const std::string& name)
    : ObjectServer(std::vector<std::string>{"--certificate", authority / (name + ".pem"), "--key", authority / (name + ".key")},
                   "https://localhost") {
  ca_file_ = authority.certificate();
}

ObjectServer::ObjectServer(std::vector<std::string> more, std::string scheme_and_host)
    : port_(free_port()), scheme_and_host_(std::move(scheme_and_host)) {
  std::filesystem::create_directories(folder_ / "objects/releases");
  write_file(folder_ / "requests", "");
  behave_well();
  std::vector<std::string> command{"/usr/bin/python3",
                                   CLAIMCHECK_SOURCE_DIR "/tests/support/object_server.py",
                                   "--port",
                                   std::to_string(port_),
                                   "--folder",
                                   folder_.path(),
                                   "--access-key",
                                   access_key,
                                   "--secret-key",
                                   secret_key,
                                   "--service-account",
                                   account()};
  command.insert(command.end(), more.begin(), more.end());
  process_.emplace(command, folder_ / "log");
  wait_until("the server of buckets listens", [&] {
    if (!process_->running()) throw std::runtime_error("the server has ended: " + read_file(folder_ / "log"));
    return listens("tcp:127.0.0.1:" + std::to_string(port_));
  });
}

std::string ObjectServer::endpoint() const {
  return fmt::format("{}:{}", scheme_and_host_, port_);
}

StorageSettings ObjectServer::settings(const std::string& kind) const {
  StorageSettings settings{.kind = kind, .root = {}};
  settings.bucket = "releases";
  settings.endpoint = endpoint();
  settings.ca_file = ca_file_;
  settings.private_addresses = true;
  if (kind == "gcs") {
    settings.service_account = account();
  } else {
    settings.access_key = access_key;
    settings.secret_key = secret_key;
  }
  return settings;
}

std::string ObjectServer::toml(const std::string& kind, const std::string& name, const std::string& more) const {
  const std::string who = kind == "gcs" ? fmt::format("service_account = \"{}\"\n", account())
                                        : fmt::format("access_key = \"{}\"\nsecret_key = \"{}\"\n", access_key, secret_key);
  return fmt::format(
      "\n[storage.{}]\nkind = \"{}\"\nbucket = \"releases\"\nendpoint = \"{}\"\nprivate_addresses = true\n{}{}\n", name, kind,
      endpoint(), who, more);
}

void ObjectServer::put(const std::string& key, const std::string& content) {
  const std::filesystem::path file = folder_ / ("objects/releases/" + key), part = folder_ / "part";
  std::filesystem::create_directories(file.parent_path());
  write_file(part, content);
  std::filesystem::rename(part, file);
}

void ObjectServer::remove(const std::string& key) {
  std::filesystem::remove(folder_ / ("objects/releases/" + key));
}

void ObjectServer::behave(const Misbehaviour& misbehaviour) {
  // Numbered, so that saying the same twice begins anew; renamed, so that the server never reads half of it.
  write_file(folder_ / "said", nlohmann::json{{"way", misbehaviour.way},
                                              {"method", misbehaviour.method},
                                              {"number", misbehaviour.number},
                                              {"times", misbehaviour.times},
                                              {"said", ++said_}}
                                   .dump());
  std::filesystem::rename(folder_ / "said", folder_ / "behaviour");
}

std::vector<nlohmann::json> ObjectServer::requests() const {
  std::vector<nlohmann::json> requests;
  std::istringstream lines{read_file(folder_ / "requests")};
  for (std::string line; std::getline(lines, line);) requests.push_back(nlohmann::json::parse(line));
  return requests;
}

std::size_t ObjectServer::count(const std::string& method) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(requests(), [&](const auto& request) { return request.at("method") == method; }));
}

}  // namespace claimcheck::test
