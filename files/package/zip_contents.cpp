#include "files/package/zip_contents.h"

#include <zip.h>

#include <array>
#include <memory>
#include <string>

#include "files/package/zip_source.h"

namespace claimcheck::files {
namespace {

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using OpenEntry = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

std::string name_in(zip_t* archive, zip_uint64_t index) {
  const char* name = zip_get_name(archive, index, ZIP_FL_ENC_RAW);
  return name == nullptr ? std::string{} : name;
}

/// What libzip's word about an entry's contents means.
ZipFlaw flaw_of(int zip_error) {
  return zip_error == ZIP_ER_CRC ? ZipFlaw::bad_crc : ZipFlaw::corrupt_contents;
}

std::optional<ZipRefusal> entry_refusal(zip_t* archive, zip_uint64_t index, const TellRead& tell) {
  constexpr std::size_t piece = 64UL * 1024;
  zip_stat_t status{};
  zip_stat_index(archive, index, 0, &status);
  const OpenEntry entry{zip_fopen_index(archive, index, 0), zip_fclose};
  if (!entry) {
    const int error = zip_error_code_zip(zip_get_error(archive));
    return ZipRefusal{flaw_of(error), name_in(archive, index), error};
  }
  std::array<char, piece> bytes;
  for (std::uint64_t inflated = 0;;) {
    const zip_int64_t count = zip_fread(entry.get(), bytes.data(), bytes.size());
    if (count < 0) {
      const int error = zip_error_code_zip(zip_file_get_error(entry.get()));
      return ZipRefusal{flaw_of(error), name_in(archive, index), error};
    }
    inflated += static_cast<std::uint64_t>(count);
    const bool ended = count == 0;
    if (inflated > status.size || (ended && inflated != status.size))
      return ZipRefusal{ZipFlaw::corrupt_contents, name_in(archive, index)};
    if (ended) return std::nullopt;
    tell(static_cast<std::uint64_t>(count));
  }
}

}  // namespace

std::optional<ZipRefusal> contents_refusal(BlockReader& file, const TellRead& tell) {
  zip_error_t error;
  zip_error_init(&error);
  ZipSource source{file};
  zip_source_t* opened = zip_source_function_create(&ZipSource::callback, &source, &error);
  const Archive archive{opened == nullptr ? nullptr : zip_open_from_source(opened, ZIP_RDONLY | ZIP_CHECKCONS, &error),
                        zip_discard};
  if (!archive) {
    const int code = zip_error_code_zip(&error);
    zip_error_fini(&error);
    if (opened != nullptr) zip_source_free(opened);
    source.rethrow();
    return ZipRefusal{ZipFlaw::inconsistent, {}, code};
  }
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t index = 0; index < entries; ++index)
    if (auto refusal = entry_refusal(archive.get(), static_cast<zip_uint64_t>(index), tell)) {
      source.rethrow();
      return refusal;
    }
  return std::nullopt;
}

}  // namespace claimcheck::files
