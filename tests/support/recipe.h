#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace claimcheck::test {

/// A fenced block of a Markdown page: ```LANGUAGE NAME, its text, ```.
struct RecipeBlock {
  std::string language;  ///< "toml", "sql", "sh", "php"; "text" and "json" are what the `sh` before prints
  std::string name;      ///< of a file, if it is one
  std::string text;
  int line = 0;  ///< of its first line in the page
};

/// The blocks of a page, in their order. Throws if one does not end.
std::vector<RecipeBlock> read_recipe(const std::filesystem::path& page);

/// Whether output is what a page says, line by line; `…` in the page stands for anything but a line's end.
bool is_as_told(const std::string& told, const std::string& output);

}  // namespace claimcheck::test
