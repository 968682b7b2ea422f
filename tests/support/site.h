#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.h"
#include "tests/support/process.h"

namespace claimcheck::test {

/// A secret that checks out but was never given to anybody: 58 letters and what checks them.
inline const std::string secret_that_opens_nothing = std::string(58, 'a') + "eSZdt3";

/// What to issue a token with; members that are not set are left to the policy.
struct IssueOptions {
  std::string policy = "default";
  std::optional<int> uses = std::nullopt;
  std::string ttl = {}, email = {}, filename = {};
  std::string storage = {};  ///< needed if there are several
};

/// A token as its issuer sees it.
struct Issued {
  std::string id, secret, url;
  std::string path;  ///< of `url`: what a client asks the server for
};

/// Runs a command of the command line as the site's user.
Finished claimcheck_command(const std::filesystem::path& config, const std::vector<std::string>& words);

/// A WordPress-style web site in a temporary folder that uses claimcheck:
///
///     claimcheck.toml, log/, data/                        above the document root
///     public_html/.htaccess, index.php, …                 WordPress' rewrite block, ours above it
///     public_html/claimcheck/claimcheck.fcgi, .htaccess   the worker
///     public_html/wp-content/uploads/claimcheck/2026/11/  locked
///
/// All blocks are written by the product's own commands. Policies: default (24 h, one use, no page for anybody who does not
/// ask for HTML), open (unlimited). Programs and files belong to the site's user (tests/support/web_user.h).
class Site {
 public:
  /// @param store_url   where tokens are kept; empty: SQLite in data/
  /// @param more_toml   appended to the configuration
  explicit Site(const std::string& store_url = {}, const std::string& more_toml = {});

  /// Where a web server for this site has to listen, on 127.0.0.1.
  int port() const { return port_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path docroot() const { return folder_ / "public_html"; }
  std::filesystem::path uploads() const { return docroot() / "wp-content/uploads/claimcheck"; }
  std::filesystem::path config() const { return folder_ / "claimcheck.toml"; }
  /// Where tokens are kept, as the configuration says it.
  StoreSettings store() const;

  /// Puts a file into 2026/11. @return its path within the storage
  std::string add_file(const std::string& name, const std::string& content,
                       std::optional<std::chrono::sys_seconds> modified = std::nullopt);

  /// Sets who sends the files of the storage; before any worker is started.
  void deliver_by(const std::string& word) const;

  Finished command(const std::vector<std::string>& words) const { return claimcheck_command(config(), words); }
  /// Runs a command that must succeed, with --json; throws with its output if it does not.
  nlohmann::json ask(const std::vector<std::string>& words) const;
  Issued issue(const std::string& file, const IssueOptions& options = {}) const;
  /// A token with its claims and deliveries.
  nlohmann::json show(const std::string& id) const;

  /// Starts an own-socket worker and waits until it listens on socket_address(name).
  /// @param store_url  if not empty: the worker's own way to the tokens, such as another node of the same cluster
  std::unique_ptr<Process> start_worker(const std::string& name, int threads = 8, const std::string& store_url = {});
  std::string socket_address(const std::string& name) const;
  /// Runs claimcheck-cron for this site.
  Finished cron(const std::vector<std::string>& options = {}) const;
  /// Starts claimcheck-cron and does not wait for it.
  std::unique_ptr<Process> start_cron(const std::vector<std::string>& options = {}) const;
  /// The workers of this site that run now, whoever started them.
  std::vector<pid_t> worker_pids() const;
  /// What the workers wrote to their log.
  std::string log() const;

 private:
  std::filesystem::path worker() const { return docroot() / "claimcheck/claimcheck.fcgi"; }
  void require(const std::vector<std::string>& words) const;
  std::vector<std::string> cron_command(const std::vector<std::string>& options) const;

  TemporaryFolder folder_;
  int port_;
};

}  // namespace claimcheck::test
