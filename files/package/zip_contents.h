#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "files/package/block_reader.h"
#include "files/package/zip_flaw.h"

namespace claimcheck::files {

/// Called with how many bytes were read out of the archive since the last call.
using TellRead = std::function<void(std::uint64_t bytes)>;

/// Opens an archive with libzip, which checks its consistency in its own way, and reads every entry: it must inflate to as
/// many bytes as it says, with the CRC it says. Memory does not depend on the sizes of entries. For archives in whose structure
/// nothing is wrong.
std::optional<ZipRefusal> contents_refusal(BlockReader& file, const TellRead& tell);

}  // namespace claimcheck::files
