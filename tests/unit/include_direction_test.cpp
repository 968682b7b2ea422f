#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace claimcheck {
namespace {

namespace fs = std::filesystem;

/// Which folders' headers a folder may include besides its own. Only the binaries' mains, what is called wiring, and admin/
/// wire things together.
const std::map<std::string, std::set<std::string>> allowed{
    {"core", {}},
    {"net", {"core"}},
    {"config", {"core"}},
    {"sql", {"core"}},
    {"files", {"core", "net"}},
    {"fcgi", {"core"}},
    {"htaccess", {"core"}},
    {"cron", {"core", "net"}},
    {"checks", {"core", "net"}},
    {"admin", {"core", "config", "sql", "files", "htaccess", "cron", "checks"}},
};
const std::set<std::string> wired{"core", "config", "sql", "files", "checks", "cron"};

/// The include lines of `text`, in a file of `folder`, that point the wrong way.
std::vector<std::string> violations(const std::string& folder, const std::string& file, std::istream& text) {
  std::vector<std::string> found;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("#include \"")) continue;
    const std::string path = line.substr(10, line.find('"', 10) - 10);
    const std::string target = path.substr(0, path.find('/'));
    const bool main_wires = (file == "main.cpp" || file.starts_with("wiring.")) && wired.contains(target);
    if (target != folder && !allowed.at(folder).contains(target) && !main_wires)
      found.push_back(folder + "/" + file + ": " + line);
  }
  return found;
}

TEST(IncludeDirection, PointsInwardOnly) {
  int files = 0;
  for (const auto& [folder, targets] : allowed)
    for (const auto& entry : fs::recursive_directory_iterator(fs::path{CLAIMCHECK_SOURCE_DIR} / folder)) {
      const std::string extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".h") continue;
      ++files;
      std::ifstream text{entry.path()};
      for (const std::string& violation : violations(folder, entry.path().filename(), text)) ADD_FAILURE() << violation;
    }
  EXPECT_GT(files, 80);
}

TEST(IncludeDirection, AViolationIsNoticed) {
  const struct {
    const char* folder;
    const char* file;
    const char* line;
    bool allowed;
  } cases[] = {
      {"core", "x.cpp", "#include \"core/y.h\"", true},     {"core", "x.cpp", "#include \"sql/database.h\"", false},
      {"sql", "x.cpp", "#include \"core/y.h\"", true},      {"sql", "x.cpp", "#include \"config/config.h\"", false},
      {"fcgi", "main.cpp", "#include \"sql/x.h\"", true},   {"fcgi", "handler.cpp", "#include \"sql/x.h\"", false},
      {"cron", "main.cpp", "#include \"fcgi/x.h\"", false}, {"htaccess", "x.h", "#include <string>", true},
      {"cron", "x.cpp", "#include \"net/tls.h\"", true},    {"net", "x.cpp", "#include \"cron/x.h\"", false},
  };
  for (const auto& c : cases) {
    std::istringstream text{c.line};
    EXPECT_EQ(violations(c.folder, c.file, text).empty(), c.allowed) << c.folder << c.line;
  }
}

}  // namespace
}  // namespace claimcheck
