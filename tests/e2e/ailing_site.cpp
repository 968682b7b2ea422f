#include "tests/e2e/ailing_site.h"

#include <fmt/format.h>

#include <stdexcept>

#include "tests/support/connection.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

bool is_nginx(Front front) {
  return front == Front::nginx;
}

bool has_own_worker(Front front) {
  return front == Front::nginx || front == Front::apache_proxy;
}

}  // namespace

void edit(const fs::path& file, const Edits& edits) {
  std::string text = read_file(file);
  for (const auto& [from, to] : edits) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error(fmt::format("no \"{}\" in {}:\n{}", from, file.string(), text));
    text.replace(at, from.size(), to);
  }
  write_file(file, text);
}

std::map<std::string, std::string> Diagnosis::ailments() const {
  std::map<std::string, std::string> found;
  for (const auto& each : findings)
    if (each.at("state") != "ok") found[each.at("check")] = each.at("state");
  return found;
}

std::string Diagnosis::told(const std::string& check) const {
  std::string all;
  for (const auto& each : findings)
    if (each.at("check") == check) all += each.at("message").get<std::string>() + "\n" + each.at("fix").get<std::string>() + "\n";
  return all;
}

void AilingSite::start(Front front, const Edits& edits) {
  test::start(front, site).reset();  // writes the configuration
  const fs::path folder = site.folder() / (is_nginx(front) ? "nginx" : "apache");
  const fs::path configuration = folder / (is_nginx(front) ? "nginx.conf" : "apache.conf"), log = folder / "error.log";
  edit(configuration, edits);
  if (has_own_worker(front)) worker = site.start_worker("worker");
  const std::vector<std::string> argv =
      is_nginx(front) ? std::vector<std::string>{"/usr/sbin/nginx", "-e", log, "-c", configuration}
                      : std::vector<std::string>{"/usr/sbin/apache2", "-DFOREGROUND", "-f", configuration};
  start_also(argv, log, site.port());
}

void AilingSite::start_without_worker(Front front) {
  start(front);
  worker.reset();
}

void AilingSite::start_also(const std::vector<std::string>& argv, const fs::path& log, int port) {
  servers_.push_back(std::make_unique<Process>(argv, log));
  wait_until(argv.front() + " listens", [&] {
    if (!servers_.back()->running()) throw std::runtime_error(argv.front() + " ended:\n" + read_file(log));
    return listens(fmt::format("tcp:127.0.0.1:{}", port));
  });
}

Diagnosis AilingSite::examine(std::vector<std::string> options) {
  options.insert(options.begin(), {"doctor", "--json"});
  const Finished finished = site.command(options);
  Diagnosis diagnosis{.status = finished.status, .findings = nlohmann::json::parse(finished.out, nullptr, false), .text = {}};
  if (!diagnosis.findings.is_array()) throw std::runtime_error("the doctor says:\n" + finished.out + finished.err);
  diagnosis.text = diagnosis.findings.dump(2) + finished.err;
  return diagnosis;
}

std::vector<std::string> AilingSite::canaries() const {
  std::vector<std::string> left;
  for (const auto& entry : fs::recursive_directory_iterator(site.docroot()))
    if (entry.path().filename().string().find("canary") != std::string::npos) left.push_back(entry.path());
  return left;
}

}  // namespace claimcheck::test
