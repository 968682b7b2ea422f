#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace claimcheck {
namespace {

namespace fs = std::filesystem;

const fs::path root{CLAIMCHECK_SOURCE_DIR};

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::set<std::string> tests_beneath(const fs::path& folder) {
  static const std::regex test{R"(TEST(?:_F|_P)?\((\w+),\s*(\w+)\))"};
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = text_of(entry.path());
    for (std::sregex_iterator found{text.begin(), text.end(), test}, end; found != end; ++found)
      names.insert(found->str(1) + "." + found->str(2));
  }
  return names;
}

TEST(Readme, EverySystemHasItsRecipeAndTestsThatAreThere) {
  static const std::regex row{R"(\| \[[^\]]*\]\((docs/recipes/[^)]*)\) \| (.*) \|)"}, name{"`([^`]*)`"};
  const std::set<std::string> tests = tests_beneath(root / "tests");
  const std::string text = text_of(root / "README.md");
  std::set<std::string> recipes;
  for (std::sregex_iterator found{text.begin(), text.end(), row}, end; found != end; ++found) {
    recipes.insert(found->str(1));
    const std::string named = found->str(2);
    std::sregex_iterator each{named.begin(), named.end(), name};
    EXPECT_NE(each, end) << found->str();
    for (; each != end; ++each) EXPECT_TRUE(tests.contains(each->str(1))) << each->str(1);
  }
  std::set<std::string> pages;
  for (const auto& entry : fs::directory_iterator(root / "docs/recipes"))
    pages.insert("docs/recipes/" + entry.path().filename().string());
  EXPECT_EQ(recipes, pages);
  EXPECT_EQ(recipes.size(), 5U);
}

}  // namespace
}  // namespace claimcheck
