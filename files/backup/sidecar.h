#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "files/backup/aes_gcm.h"

namespace claimcheck::files {

/// What the metadata file beside a backup is called: NAME.meta.json.
inline constexpr std::string_view sidecar_suffix = ".meta.json";

/// How a backup was encrypted, as its metadata file says.
struct Encryption {
  std::string profile;  ///< the id of the profile whose key it was; may be empty
  GcmSeal seal;
};

/// Reads a metadata file: its member "encryption" (enabled, profileId, algorithm, iv, authTag), or the older layout with
/// encryptionProfileId, iv and authTag at the top. Source: docs/backups.md.
/// @return nothing if it says that the file is not encrypted
/// Throws Error{file_changed} if it cannot be read, or tells of an encryption that is not AES-256-GCM of a whole file.
std::optional<Encryption> parse_sidecar(std::string_view json);

}  // namespace claimcheck::files
