#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.h"

namespace claimcheck::test {

/// PHP-FPM for one site, run by the site's user, with Debian's settings and a fixed number of children; it ends with this
/// object. Mail that scripts send goes nowhere. Its configuration, socket and log are in FOLDER/php-fpm/.
class PhpFpm {
 public:
  /// Returns when it accepts connections.
  /// @param folder  the site's, outside its document root
  explicit PhpFpm(const std::filesystem::path& folder, int children = 4);

  /// The unix socket's path. Apache: SetHandler "proxy:unix:SOCKET|fcgi://localhost"; nginx: fastcgi_pass "unix:SOCKET".
  std::string socket() const { return folder_ / "sock"; }
  /// What it and the scripts complained about.
  std::string log() const;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Process> server_;
};

}  // namespace claimcheck::test
