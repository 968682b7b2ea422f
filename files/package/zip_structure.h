#pragma once

#include <cstdint>
#include <optional>

#include "files/package/block_reader.h"
#include "files/package/zip_directory.h"

namespace claimcheck::files {

/// How many bytes an archive of that size may expand to.
constexpr std::uint64_t most_expanded(std::uint64_t size) {
  constexpr std::uint64_t always = 64ULL * 1024 * 1024, times = 20;
  return always + times * size;
}

/// Judges an archive by its records alone: nothing is inflated. Local headers agree with the directory, entries lie within the
/// file and apart from each other, can be read by everybody (stored or deflated, not encrypted), have safe names, each its own,
/// are no symbolic links, and do not claim to expand further than most_expanded().
/// @return the first thing that is wrong
std::optional<ZipRefusal> structure_refusal(BlockReader& file, const ZipDirectory& directory);

}  // namespace claimcheck::files
