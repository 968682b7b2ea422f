#include "tests/e2e/ailing_site.h"

#include <stdexcept>

#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace fs = std::filesystem;

void edit(const fs::path& file, const Edits& edits) {
  write_file(file, edited(read_file(file), edits));
}

Ailments Diagnosis::ailments() const {
  Ailments found;
  for (const auto& each : findings)
    if (each.at("state") != "ok" && each.at("check") != "hand_off.better" && each.at("check") != "hand_off.stale")
      found[each.at("check")] = each.at("state");
  return found;
}

std::string Diagnosis::told(const std::string& check) const {
  std::string all;
  for (const auto& each : findings)
    if (each.at("check") == check)
      all += each.at("message").get<std::string>() + "\n" + each.at("fix").get<std::string>() + "\n";
  return all;
}

void AilingSite::start(Front front, const Edits& edits) {
  stop();
  front_end_ = test::start(front, site, edits);
}

Diagnosis AilingSite::examine(std::vector<std::string> options, const std::vector<std::string>& environment) {
  const std::string program = std::string{CLAIMCHECK_BIN_DIR} + "/claimcheck";
  options.insert(options.begin(), {program, "--config", site.config(), "doctor", "--json"});
  const Finished finished = run(as_site_user(options), std::chrono::seconds{120}, environment);
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
