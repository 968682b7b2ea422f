#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "files/package/block_reader.h"
#include "files/package/zip_flaw.h"

namespace claimcheck::files {

/// An entry as the central directory tells it.
struct ZipEntry {
  std::string_view name;   ///< the bytes of the header
  std::string_view extra;  ///< its extra field
  std::uint16_t flags = 0, method = 0;
  std::uint32_t crc = 0;
  std::uint32_t attributes = 0;  ///< the external ones
  std::uint64_t compressed = 0, size = 0;
  std::uint64_t offset = 0;  ///< of its local header
};

/// The central directory of an archive. Movable; the entries' texts lie in `bytes`.
struct ZipDirectory {
  std::uint64_t begin = 0;  ///< where it lies in the file
  std::vector<char> bytes;
  std::vector<ZipEntry> entries;
};

namespace zip_limits {
inline constexpr std::uint64_t entries = 65'535;
inline constexpr std::uint64_t directory = 16ULL * 1024 * 1024;  ///< bytes
}  // namespace zip_limits

/// Reads the central directory, strictly: there is exactly one record that may be its end, it reaches to the end of the file,
/// nothing lies between it and the directory, a ZIP64 record agrees with it, and the directory is as long and has as many
/// entries as it says. Source: APPNOTE 4.3.12, 4.3.14 to 4.3.16.
/// @return why not; if nothing, `directory` is filled
std::optional<ZipRefusal> read_directory(BlockReader& file, ZipDirectory& directory);

}  // namespace claimcheck::files
