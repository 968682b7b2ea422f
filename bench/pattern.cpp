#include "bench/pattern.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace claimcheck::bench {
namespace {

constexpr std::size_t block_size = 1 << 16;

/// The eight bytes at 8 * index: no two words of a file are equal, for the factor is odd.
std::uint64_t word(std::uint64_t index) {
  return (index + 1) * 0x9e3779b97f4a7c15;
}

void fill(std::uint64_t first_word, std::span<char> out) {
  for (std::size_t at = 0; at < out.size(); at += sizeof(std::uint64_t), ++first_word) {
    const std::uint64_t value = word(first_word);
    std::memcpy(out.data() + at, &value, std::min(sizeof value, out.size() - at));
  }
}

}  // namespace

void write_pattern(const std::filesystem::path& path, std::uint64_t size) {
  std::ofstream file{path, std::ios::binary};
  std::vector<char> block(block_size);
  for (std::uint64_t done = 0; done < size; done += block.size()) {
    block.resize(std::min<std::uint64_t>(block_size, size - done));
    fill(done / sizeof(std::uint64_t), block);
    file.write(block.data(), static_cast<std::streamsize>(block.size()));
  }
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

bool is_pattern(std::uint64_t offset, std::span<const char> bytes) {
  const std::size_t skipped = offset % sizeof(std::uint64_t);
  std::vector<char> expected(skipped + bytes.size());
  fill(offset / sizeof(std::uint64_t), expected);
  return std::memcmp(expected.data() + skipped, bytes.data(), bytes.size()) == 0;
}

}  // namespace claimcheck::bench
