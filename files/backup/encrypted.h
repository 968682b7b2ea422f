#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/storage.h"
#include "files/backup/backup_keys.h"

namespace claimcheck::files {

/// A storage of kind "encrypted": backups beneath `root`, each with its metadata in NAME.meta.json; docs/backups.md.
///
/// Decrypted, a backup is called without its ".enc", and no byte of it is told before the tag over all of it was checked: once,
/// until the file changes. Which key it was is found out by that tag; the profile that the metadata name is tried first.
/// As stored, a file whose name ends with ".enc" comes with its metadata, in a ZIP archive. Files without metadata, or with
/// metadata that tell of no encryption, are what they are in both forms.
///
/// open() throws, besides what a directory's does, Error{file_changed} if no key verifies the file, and Error{unavailable}
/// while it is still being verified.
/// @param patience  how long one open() waits for that
std::unique_ptr<Storage> open_encrypted(std::string root, BackupKeys keys, std::chrono::milliseconds patience);

}  // namespace claimcheck::files
