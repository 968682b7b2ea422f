#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/front_end.h"
#include "tests/support/process.h"
#include "tests/support/site.h"

namespace claimcheck::test {

/// Texts of a server's configuration and what they are to be instead. Each must be there.
using Edits = std::vector<std::pair<std::string, std::string>>;

/// Puts edits into a file, keeping its owner.
void edit(const std::filesystem::path& file, const Edits& edits);

/// What the doctor says.
struct Diagnosis {
  int status = -1;
  nlohmann::json findings;
  std::string text;

  /// The states by check, without those that are "ok".
  std::map<std::string, std::string> ailments() const;
  /// Message and fix of the findings of one check, for searching.
  std::string told(const std::string& check) const;
};

/// A site that the doctor looks at, and the server in front of it, good or edited.
class AilingSite {
 public:
  explicit AilingSite(const std::string& store_url = {}, const std::string& more_toml = {}) : site(store_url, more_toml) {}

  /// Starts the server of a front end; a worker of its own where that needs one.
  /// @param edits  to the server's configuration
  void start(Front front, const Edits& edits = {});
  /// The same server without a worker behind it.
  void start_without_worker(Front front);
  /// Another server for the same site.
  void start_also(const std::vector<std::string>& argv, const std::filesystem::path& log, int port);

  /// Runs the doctor as the site's user.
  Diagnosis examine(std::vector<std::string> options = {});
  /// Files of ours that lie about.
  std::vector<std::string> canaries() const;

  Site site;
  std::unique_ptr<Process> worker;

 private:
  std::vector<std::unique_ptr<Process>> servers_;
};

}  // namespace claimcheck::test
