#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace claimcheck::bench {

/// Writes a file whose bytes follow from their place alone.
/// @param size  a multiple of 8
void write_pattern(const std::filesystem::path& path, std::uint64_t size);

/// Whether these are the bytes of such a file from `offset` on.
bool is_pattern(std::uint64_t offset, std::span<const char> bytes);

}  // namespace claimcheck::bench
