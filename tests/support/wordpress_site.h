#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/front_end.h"
#include "tests/support/php_fpm.h"
#include "tests/support/site.h"
#include "tests/support/wordpress.h"

namespace claimcheck::test {

/// claimcheck beside one of the site's WordPresses, with a configuration and a worker of its own.
struct Beside {
  std::filesystem::path config;
  std::filesystem::path storage;  ///< locked
  std::string prefix;             ///< of links
  std::string locked_url;         ///< of the storage, with a slash at its end

  /// Runs a command that must succeed. @return what it prints with --json
  nlohmann::json done(std::vector<std::string> words) const;
};

/// A site with one WordPress at its root and another in /blog, installed and with pretty permalinks, run by PHP-FPM behind
/// Apache; and claimcheck for each, run by mod_fcgid, with its tables beside WordPress's. The folders are locked; no
/// .htaccess of WordPress's leads to claimcheck yet.
class WordPressSite {
 public:
  static constexpr const char* pretty = "/%postname%/";
  static constexpr const char* plain = "";
  static constexpr const char* film_name = "2026/11/film.bin";  ///< in both storages
  static constexpr const char* note = "anybody may read this\n";

  WordPressSite();

  Site site;
  PhpFpm php;
  struct Installed {
    WordPress wordpress;
    Beside claimcheck;
    std::string written_alone = {};  ///< its .htaccess as WordPress writes it without us
    std::string upload = {};         ///< URL path of an ordinary upload, which holds `note`
  } root, blog;
  std::string film;
  std::unique_ptr<FrontEnd> apache;
};

}  // namespace claimcheck::test
