#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/storage.h"
#include "files/backup/verified_files.h"

namespace claimcheck::files {

/// CRC-32 of a file, piece by piece. Source: PKWARE APPNOTE 6.3.10, section 4.4.7.
/// @param before  what the pieces before came to; 0 for the first
std::uint32_t crc32_of(std::span<const char> piece, std::uint32_t before);

/// A backup and its metadata.
struct Bundle {
  std::unique_ptr<OpenFile> file;  ///< has a descriptor
  FileState state;                 ///< in which its checksum was taken
  std::uint32_t crc = 0;
  std::string name;
  std::string sidecar_name, sidecar;
  std::string archive_name;
};

/// A ZIP archive of the two, uncompressed, put together while it is read: any part of it can be read at once, and it is the
/// same each time. Its time is that of the file. Reading throws Error{file_changed} once the file is in another state.
std::unique_ptr<OpenFile> open_bundle(Bundle bundle);

/// How long such an archive is, in bytes. @param name  the file's; the metadata's is NAME.meta.json
std::uint64_t bundle_size(const std::string& name, std::uint64_t file_size, std::uint64_t sidecar_size);

}  // namespace claimcheck::files
