#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace claimcheck {
namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path{CLAIMCHECK_SOURCE_DIR} / "tests/e2e";

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::set<std::string> found(const std::string& text, const std::regex& pattern) {
  std::set<std::string> words;
  for (std::sregex_iterator each{text.begin(), text.end(), pattern}, end; each != end; ++each) words.insert(each->str(1));
  return words;
}

/// Each end-to-end suite is run under its name by a line of CMakeLists.txt; one that is not there would never run.
TEST(EndToEndSuites, AreAllRun) {
  const std::string lists = text_of(folder / "CMakeLists.txt");
  const std::set<std::string> run = found(lists.substr(lists.find("foreach(suite")), std::regex{R"(\n  (\w+))"});
  std::set<std::string> suites;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".cpp")
      suites.merge(found(text_of(entry.path()), std::regex{R"(\nTEST(?:_F|_P)?\((\w+),)"}));
  EXPECT_GT(suites.size(), 50U);
  for (const std::string& suite : suites)
    EXPECT_TRUE(std::ranges::any_of(run, [&](const std::string& name) { return suite.ends_with(name); })) << suite;
}

}  // namespace
}  // namespace claimcheck
