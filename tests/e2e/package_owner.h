#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/site.h"
#include "tests/support/web_user.h"
#include "tests/support/zip_archive.h"

namespace claimcheck::test {

/// A site whose owner judges and publishes packages.
class PackageOwner : public testing::Test {
 protected:
  using Json = nlohmann::json;

  explicit PackageOwner(const std::string& settings = {}) : site({}, settings) {}

  std::string add(const std::string& name, const std::string& content) const {
    write_file(site.folder() / name, content);
    give_to_site_user(site.folder() / name);
    return site.folder() / name;
  }

  /// What a command prints with --json, and how it ends.
  std::pair<int, Json> judge(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const Finished finished = site.command(words);
    return {finished.status, Json::parse(finished.out, nullptr, false)};
  }

  Site site;
  std::string plugin = make_zip({.entries = {{.name = "plugin/main.php", .content = std::string(40'000, 'p'), .method = 8}}});
};

}  // namespace claimcheck::test
