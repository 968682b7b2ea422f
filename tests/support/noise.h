#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

namespace claimcheck::test {

/// Bytes that look random, the same for the same size, so that nothing on the way can compress or mistake them.
inline std::string noise(std::size_t size) {
  std::mt19937_64 random{size};
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random();
    std::memcpy(bytes.data() + at, &word, std::min(sizeof word, size - at));
  }
  return bytes;
}

}  // namespace claimcheck::test
