#include "files/package/block_reader.h"

#include <algorithm>
#include <cstring>

namespace claimcheck::files {
namespace {

constexpr std::size_t least_block = 4UL * 1024, largest_block = 64UL * 1024;

}  // namespace

BlockReader::BlockReader(OpenFile& file) : file_(file), size_(file.version().size) {}

bool BlockReader::read(std::uint64_t offset, std::span<char> out) {
  if (offset > size_ || out.size() > size_ - offset) return false;
  while (!out.empty()) {
    const bool held = offset >= begin_ && offset - begin_ < block_.size();
    if (!held && !load(offset)) return false;
    const std::size_t from = offset - begin_;
    const std::size_t count = std::min(out.size(), block_.size() - from);
    std::memcpy(out.data(), block_.data() + from, count);
    out = out.subspan(count);
    offset += count;
  }
  return true;
}

bool BlockReader::load(std::uint64_t offset) {
  const bool reads_on = offset == begin_ + block_.size();
  block_.resize(reads_on ? std::clamp(2 * block_.size(), least_block, largest_block) : least_block);
  begin_ = offset;
  std::size_t held = 0;
  while (held < block_.size()) {
    const std::size_t count = file_.read(offset + held, std::span{block_}.subspan(held));
    if (count == 0) break;
    held += count;
  }
  block_.resize(held);
  return held > 0;
}

}  // namespace claimcheck::files
