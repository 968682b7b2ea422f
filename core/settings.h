#pragma once

#include <string>

#include "core/hand_off.h"

namespace claimcheck {

/// Where tokens are kept, as the configuration says it.
struct StoreSettings {
  std::string url;  ///< "sqlite:/path/claimcheck.db" or "mysql://user@host:3306/database"
  std::string password;
  std::string table_prefix = "claimcheck_";
};

/// A place that keeps files, as the configuration says it.
struct StorageSettings {
  std::string kind = "directory";
  std::string root;                  ///< absolute path
  HandOff hand_off = HandOff::none;  ///< who sends its files
  std::string url;                   ///< URL path of the folder, for hand-offs that need one
};

}  // namespace claimcheck
