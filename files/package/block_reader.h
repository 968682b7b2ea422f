#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/storage.h"

namespace claimcheck::files {

/// Reads a file in blocks, so that many small reads that lie close together ask its storage once: small blocks when it is read
/// here and there, larger ones when it is read on. Keeps a reference to it.
class BlockReader {
 public:
  explicit BlockReader(OpenFile& file);

  /// Of the file, in bytes.
  std::uint64_t size() const { return size_; }

  /// Fills `out` from `offset` on. @return false if the file ends before. Throws Error{file_not_found} on a read fault.
  bool read(std::uint64_t offset, std::span<char> out);

 private:
  /// Makes `block_` hold `offset`, which is less than the size. @return false if there is nothing to be read
  bool load(std::uint64_t offset);

  OpenFile& file_;
  const std::uint64_t size_;
  std::vector<char> block_;
  std::uint64_t begin_ = 0;  ///< where `block_` lies in the file
};

}  // namespace claimcheck::files
