#pragma once

#include <memory>
#include <string>

#include "core/storage.h"
#include "files/backup/aes_gcm.h"
#include "files/backup/verified_files.h"

namespace claimcheck::files {

/// The plaintext of a ciphertext whose tag was checked.
/// @param file   the ciphertext; has a descriptor
/// @param state  in which it was checked: if it is another when it is read, reading throws Error{file_changed}
/// @param name   what a copy of the plaintext is called
std::unique_ptr<OpenFile> open_decrypted(std::unique_ptr<OpenFile> file, FileState state, std::string name, const AesKey& key,
                                         const GcmSeal& seal);

/// Throws Error{file_changed} unless an open file is in the state in which it was looked at.
void require_unchanged(const OpenFile& file, const FileState& state);

}  // namespace claimcheck::files
