#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/front_end.h"
#include "tests/support/site.h"

namespace claimcheck::test {

/// Puts edits into a file, keeping its owner.
void edit(const std::filesystem::path& file, const Edits& edits);

/// States by check.
using Ailments = std::map<std::string, std::string>;

/// What the doctor says.
struct Diagnosis {
  int status = -1;
  nlohmann::json findings;
  std::string text;

  /// The states by check, without those that are "ok", and without advice: a faster way of delivery, a worker to start anew.
  Ailments ailments() const;
  /// Message and fix of the findings of one check, for searching.
  std::string told(const std::string& check) const;
};

/// A site that the doctor looks at, and the server in front of it, good or edited.
class AilingSite {
 public:
  explicit AilingSite(const std::string& store_url = {}, const std::string& more_toml = {}) : site(store_url, more_toml) {}

  /// Starts the server of a front end, with edits to its configuration.
  void start(Front front, const Edits& edits = {});
  /// Ends the server, and its worker with it.
  void stop() { front_end_.reset(); }

  /// Runs the doctor as the site's user.
  /// @param environment  added to ours
  Diagnosis examine(std::vector<std::string> options = {}, const std::vector<std::string>& environment = {});
  /// Files of ours that lie about.
  std::vector<std::string> canaries() const;

  Site site;

 private:
  std::unique_ptr<FrontEnd> front_end_;
};

}  // namespace claimcheck::test
