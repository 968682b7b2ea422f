#pragma once

#include <zip.h>

#include <cstdint>
#include <exception>

#include "files/package/block_reader.h"

namespace claimcheck::files {

/// What libzip reads an archive through: a zip_source_callback and its state. Keeps a reference to the file.
class ZipSource {
 public:
  explicit ZipSource(BlockReader& file) : file_(file) { zip_error_init(&error_); }
  ~ZipSource() { zip_error_fini(&error_); }
  ZipSource(const ZipSource&) = delete;
  ZipSource& operator=(const ZipSource&) = delete;

  /// @param self  a ZipSource
  static zip_int64_t callback(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command);

  /// Throws what the file threw while libzip was reading it, if it did.
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  zip_int64_t answer(void* data, zip_uint64_t length, zip_source_cmd_t command);
  zip_int64_t read(void* data, zip_uint64_t length);

  BlockReader& file_;
  std::uint64_t position_ = 0;
  zip_error_t error_;
  std::exception_ptr thrown_;
};

}  // namespace claimcheck::files
