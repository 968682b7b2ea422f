#pragma once

#include <map>
#include <string>

#include "core/settings.h"
#include "files/backup/aes_gcm.h"

namespace claimcheck::files {

/// The keys that backups may be encrypted with, by the ids of their profiles.
using BackupKeys = std::map<std::string, AesKey>;

/// Reads the keys of profiles: 64 hexadecimal digits, or "IV:TAG:CIPHERTEXT" as DBackup's database has them, which the system's
/// own key opens. Throws Error{bad_request} that names the first profile whose key cannot be had.
BackupKeys backup_keys(const std::map<std::string, ProfileSettings>& profiles);

}  // namespace claimcheck::files
