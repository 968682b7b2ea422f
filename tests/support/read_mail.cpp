#include "tests/support/read_mail.h"

#include <regex>
#include <stdexcept>

#include "tests/support/process.h"

namespace claimcheck::test {

nlohmann::json read_mail(const std::string& message) {
  const Finished read =
      run({"python3", CLAIMCHECK_SOURCE_DIR "/tests/support/read_mail.py"}, std::chrono::seconds{20}, {}, message);
  if (read.status != 0) throw std::runtime_error(read.err);
  return nlohmann::json::parse(read.out);
}

std::vector<std::string> links_in(const std::string& text) {
  const std::regex link{"/dl/[A-Za-z0-9]{64}"};
  std::vector<std::string> found;
  for (auto each = std::sregex_iterator{text.begin(), text.end(), link}; each != std::sregex_iterator{}; ++each)
    found.push_back(each->str());
  return found;
}

}  // namespace claimcheck::test
