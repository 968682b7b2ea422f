#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/package.h"

namespace claimcheck::files {

/// Called now and then with how much of the work is done. Throwing ends it.
using TellProgress = std::function<void(std::uint64_t done, std::uint64_t whole)>;

/// Judges a file, in this order: size, SHA-256, ZIP structure, contents of the entries, expected entry. Memory is bounded, and
/// so is time: by the file's size, since an archive that expands too far is refused before it is read. A file that ends
/// sooner than its version says, or cannot be read, is file_not_readable.
/// @param path  what the fault's data call the file
/// Throws Error{unavailable}, and what `tell` throws.
std::optional<PackageFault> inspect_package(OpenFile& file, const std::string& path, const PackageExpectation& expected,
                                            const TellProgress& tell);

}  // namespace claimcheck::files
