#pragma once

#include <cstdint>
#include <optional>

#include "files/package/block_reader.h"
#include "files/package/zip_directory.h"

namespace claimcheck::files {

/// Reads an entry's local header, and the descriptor behind its data if it has one, and compares them with what the directory
/// says: name, method, flags, CRC and sizes. Source: APPNOTE 4.3.7, 4.3.9.
/// @param end  set to where the entry ends in the file
/// @return what is wrong: outside_file or headers_disagree
std::optional<ZipRefusal> local_refusal(BlockReader& file, const ZipEntry& entry, std::uint64_t& end);

}  // namespace claimcheck::files
