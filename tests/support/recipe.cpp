#include "tests/support/recipe.h"

#include <regex>
#include <sstream>
#include <stdexcept>

#include "tests/support/process.h"

namespace claimcheck::test {
namespace {

constexpr std::string_view fence = "```", anything = "…";

/// The line as a pattern in which only `…` means something.
std::regex pattern_of(std::string line) {
  static const std::regex special{R"([.^$|()\[\]{}*+?\\])"};
  line = std::regex_replace(line, special, R"(\$&)");
  for (std::size_t at = line.find(anything); at != std::string::npos; at = line.find(anything, at))
    line.replace(at, anything.size(), ".*");
  return std::regex{line};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

std::vector<RecipeBlock> read_recipe(const std::filesystem::path& page) {
  std::vector<RecipeBlock> blocks;
  std::istringstream in{read_file(page)};
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!line.starts_with(fence)) {
      if (inside) blocks.back().text += line + "\n";
      continue;
    }
    inside = !inside;
    if (!inside) continue;
    std::istringstream words{line.substr(fence.size())};
    RecipeBlock& block = blocks.emplace_back();
    words >> block.language >> block.name;
    block.line = number + 1;
  }
  if (inside) throw std::runtime_error{"a block of " + page.string() + " does not end"};
  return blocks;
}

bool is_as_told(const std::string& told, const std::string& output) {
  const std::vector<std::string> expected = lines_of(told), actual = lines_of(output);
  if (expected.size() != actual.size()) return false;
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (!std::regex_match(actual[i], pattern_of(expected[i]))) return false;
  return true;
}

}  // namespace claimcheck::test
