#include "files/backup/zip_bundle.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>
#include <vector>

#include "core/error.h"
#include "files/backup/decrypted_file.h"
#include "files/backup/sidecar.h"

namespace claimcheck::files {
namespace {

constexpr std::uint32_t in_zip64 = 0xffffffff;  ///< the number stands in the extra field
constexpr std::uint16_t zip64_version = 45, utf8_names = 0x0800;

/// A record's bytes: numbers with the least significant one first. Source: PKWARE APPNOTE 6.3.10, section 4.3.
class Record {
 public:
  Record& u16(std::uint64_t value) { return put(value, 2); }
  Record& u32(std::uint64_t value) { return put(value, 4); }
  Record& u64(std::uint64_t value) { return put(value, 8); }
  Record& text(const std::string& value) {
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  Record& put(std::uint64_t value, int length) {
    for (int i = 0; i < length; ++i, value >>= 8U) bytes_.push_back(static_cast<char>(value & 0xffU));
    return *this;
  }

  std::string bytes_;
};

struct Entry {
  std::string name;
  std::uint64_t size = 0, offset = 0;
  std::uint32_t crc = 0;
  std::uint32_t time = 0;  ///< as MS-DOS has it: date and time
};

std::uint32_t dos_time(std::int64_t unix_seconds) {
  constexpr int first_year = 80;  // 1980
  const std::time_t time = unix_seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  if (parts.tm_year < first_year) return 1U << 21U | 1U << 16U;
  const auto date = static_cast<std::uint32_t>((parts.tm_year - first_year) << 9 | (parts.tm_mon + 1) << 5 | parts.tm_mday);
  return date << 16U | static_cast<std::uint32_t>(parts.tm_hour << 11 | parts.tm_min << 5 | parts.tm_sec / 2);
}

/// Everything is written as ZIP64 has it, so that an archive's length does not depend on which sizes need it. Section 4.3.7.
std::string local_header(const Entry& entry) {
  constexpr std::uint64_t extra_length = 20, extra_content = 16;
  return Record{}
      .u32(0x04034b50)
      .u16(zip64_version)
      .u16(utf8_names)
      .u16(0)
      .u32(entry.time)
      .u32(entry.crc)
      .u32(in_zip64)
      .u32(in_zip64)
      .u16(entry.name.size())
      .u16(extra_length)
      .text(entry.name)
      .u16(1)
      .u16(extra_content)
      .u64(entry.size)
      .u64(entry.size)
      .bytes();
}

/// Section 4.3.12.
std::string directory_header(const Entry& entry) {
  constexpr std::uint64_t extra_length = 28, extra_content = 24, made_on_unix = 3U << 8U;
  constexpr std::uint64_t regular_file = 0100644ULL << 16U;
  return Record{}
      .u32(0x02014b50)
      .u16(made_on_unix | zip64_version)
      .u16(zip64_version)
      .u16(utf8_names)
      .u16(0)
      .u32(entry.time)
      .u32(entry.crc)
      .u32(in_zip64)
      .u32(in_zip64)
      .u16(entry.name.size())
      .u16(extra_length)
      .u16(0)
      .u16(0)
      .u16(0)
      .u32(regular_file)
      .u32(in_zip64)
      .text(entry.name)
      .u16(1)
      .u16(extra_content)
      .u64(entry.size)
      .u64(entry.size)
      .u64(entry.offset)
      .bytes();
}

/// Sections 4.3.14, 4.3.15 and 4.3.16.
std::string ending(std::uint64_t entries, std::uint64_t directory, std::uint64_t length) {
  constexpr std::uint64_t rest_of_record = 44;
  return Record{}
      .u32(0x06064b50)
      .u64(rest_of_record)
      .u16(zip64_version)
      .u16(zip64_version)
      .u32(0)
      .u32(0)
      .u64(entries)
      .u64(entries)
      .u64(length)
      .u64(directory)
      .u32(0x07064b50)
      .u32(0)
      .u64(directory + length)
      .u32(1)
      .u32(0x06054b50)
      .u16(0)
      .u16(0)
      .u16(entries)
      .u16(entries)
      .u32(in_zip64)
      .u32(in_zip64)
      .u16(0)
      .bytes();
}

/// The archive without the file: what comes before it, and what comes after.
struct Frame {
  std::string before, after;
};

Frame frame_of(const Entry& file, Entry sidecar, const std::string& text) {
  Frame frame{.before = local_header(file), .after = {}};
  sidecar.offset = frame.before.size() + file.size;
  frame.after = local_header(sidecar) + text;
  const std::string directory = directory_header(file) + directory_header(sidecar);
  frame.after += directory + ending(2, sidecar.offset + frame.after.size(), directory.size());
  return frame;
}

class BundleFile final : public OpenFile {
 public:
  explicit BundleFile(Bundle bundle) : bundle_(std::move(bundle)), size_(bundle_.file->version().size) {
    constexpr std::int64_t a_second = 1'000'000'000;
    const std::uint32_t time = dos_time(bundle_.file->version().mtime_ns / a_second);
    frame_ = frame_of(
        {.name = bundle_.name, .size = size_, .crc = bundle_.crc, .time = time},
        {.name = bundle_.sidecar_name, .size = bundle_.sidecar.size(), .crc = crc32_of(bundle_.sidecar, 0), .time = time},
        bundle_.sidecar);
  }

  FileVersion version() const override {
    return {.size = frame_.before.size() + size_ + frame_.after.size(), .mtime_ns = bundle_.file->version().mtime_ns};
  }
  std::string name() const override { return bundle_.archive_name; }
  bool is_ready(std::uint64_t) override { return true; }
  int descriptor() const override { return -1; }

  std::size_t read(std::uint64_t offset, std::span<char> out) override {
    if (offset < frame_.before.size()) return frame_.before.copy(out.data(), out.size(), offset);
    offset -= frame_.before.size();
    if (offset >= size_) {
      offset -= size_;
      return offset >= frame_.after.size() ? 0 : frame_.after.copy(out.data(), out.size(), offset);
    }
    const std::size_t count = bundle_.file->read(offset, out.first(std::min<std::uint64_t>(out.size(), size_ - offset)));
    require_unchanged(*bundle_.file, bundle_.state);
    return count;
  }

 private:
  Bundle bundle_;
  std::uint64_t size_;
  Frame frame_;
};

}  // namespace

std::uint32_t crc32_of(std::span<const char> piece, std::uint32_t before) {
  return static_cast<std::uint32_t>(::crc32_z(before, reinterpret_cast<const unsigned char*>(piece.data()), piece.size()));
}

std::unique_ptr<OpenFile> open_bundle(Bundle bundle) {
  return std::make_unique<BundleFile>(std::move(bundle));
}

std::uint64_t bundle_size(const std::string& name, std::uint64_t file_size, std::uint64_t sidecar_size) {
  const std::string text(sidecar_size, '\0');
  const Frame frame =
      frame_of({.name = name, .size = file_size}, {.name = name + std::string{sidecar_suffix}, .size = sidecar_size}, text);
  return frame.before.size() + file_size + frame.after.size();
}

}  // namespace claimcheck::files
