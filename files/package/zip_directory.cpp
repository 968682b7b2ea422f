#include "files/package/zip_directory.h"

#include <algorithm>
#include <limits>
#include <string>

#include "files/package/zip_fields.h"

namespace claimcheck::files {
namespace {

constexpr std::size_t end_length = 22;
constexpr std::size_t end64_length = 56;
constexpr std::size_t locator_length = 20;
constexpr std::size_t longest_comment = 65'535;
constexpr std::uint32_t end64_signature = 0x06064b50;
constexpr std::uint32_t locator_signature = 0x07064b50;
constexpr std::uint32_t entry_signature = 0x02014b50;

/// What the records at the end of the file say of the directory.
struct End {
  std::uint64_t entries = 0, size = 0, begin = 0;
  std::uint64_t directory_end = 0;  ///< where the first of those records lies
};

/// Where in `tail` a record may lie: with its signature, and a comment that reaches to the end of the file.
std::vector<std::size_t> ends_in(std::string_view tail) {
  constexpr std::string_view signature{"PK\5\6"};
  constexpr std::size_t comment_length_at = 20;
  std::vector<std::size_t> found;
  for (std::size_t at = tail.find(signature); at != std::string_view::npos; at = tail.find(signature, at + 1)) {
    if (tail.size() - at < end_length) break;
    ZipFields fields{tail.substr(at + comment_length_at)};
    if (fields.u16() == tail.size() - at - end_length) found.push_back(at);
  }
  return found;
}

/// Reads the ZIP64 records in front of the record at `at`, if they are there, into `end`.
std::optional<ZipRefusal> read_end64(BlockReader& file, std::uint64_t at, End& end) {
  std::string locator(locator_length, '\0');
  if (at < locator_length || !file.read(at - locator_length, locator)) return std::nullopt;
  ZipFields place{locator};
  if (place.u32() != locator_signature) return std::nullopt;
  const std::uint32_t disk = place.u32();
  const std::uint64_t begin = place.u64();
  const std::uint32_t disks = place.u32();
  if (disk != 0 || disks > 1) return ZipRefusal{ZipFlaw::several_disks};
  std::string record(end64_length, '\0');
  if (!file.read(begin, record)) return ZipRefusal{ZipFlaw::outside_file};
  ZipFields fields{record};
  constexpr std::size_t before_length = 12, versions = 4;
  const std::uint32_t signature = fields.u32();
  const std::uint64_t length = fields.u64();
  const std::uint64_t end_of_record = at - locator_length;
  if (signature != end64_signature || end_of_record < begin + before_length || length != end_of_record - begin - before_length)
    return ZipRefusal{ZipFlaw::inconsistent};
  fields.skip(versions);
  if (fields.u32() != 0 || fields.u32() != 0) return ZipRefusal{ZipFlaw::several_disks};
  const std::uint64_t here = fields.u64();
  const End real{.entries = fields.u64(), .size = fields.u64(), .begin = fields.u64(), .directory_end = begin};
  constexpr std::uint64_t many = std::numeric_limits<std::uint16_t>::max(), far = std::numeric_limits<std::uint32_t>::max();
  const auto agrees = [](std::uint64_t small, std::uint64_t large, std::uint64_t saturated) {
    return small == saturated || small == large;
  };
  if (here != real.entries || !agrees(end.entries, real.entries, many) || !agrees(end.size, real.size, far) ||
      !agrees(end.begin, real.begin, far))
    return ZipRefusal{ZipFlaw::inconsistent};
  end = real;
  return std::nullopt;
}

std::optional<ZipRefusal> read_end(BlockReader& file, End& end) {
  std::string tail(std::min<std::uint64_t>(file.size(), end_length + longest_comment), '\0');
  if (!file.read(file.size() - tail.size(), tail)) return ZipRefusal{ZipFlaw::not_a_zip};
  const std::vector<std::size_t> ends = ends_in(tail);
  if (ends.empty()) return ZipRefusal{tail.find("PK\5\6") == std::string::npos ? ZipFlaw::not_a_zip : ZipFlaw::inconsistent};
  if (ends.size() > 1) return ZipRefusal{ZipFlaw::ambiguous_end};
  const std::uint64_t at = file.size() - tail.size() + ends.front();
  ZipFields fields{std::string_view{tail}.substr(ends.front() + 4)};
  const std::uint16_t disk = fields.u16(), first_disk = fields.u16(), here = fields.u16();
  end = {.entries = fields.u16(), .size = fields.u32(), .begin = fields.u32(), .directory_end = at};
  if (here != end.entries) return ZipRefusal{ZipFlaw::inconsistent};
  constexpr std::uint16_t in_end64 = std::numeric_limits<std::uint16_t>::max();
  if ((disk != 0 && disk != in_end64) || (first_disk != 0 && first_disk != in_end64)) return ZipRefusal{ZipFlaw::several_disks};
  if (auto refusal = read_end64(file, at, end)) return refusal;
  if (end.begin > end.directory_end || end.size > end.directory_end - end.begin) return ZipRefusal{ZipFlaw::outside_file};
  if (end.begin + end.size != end.directory_end) return ZipRefusal{ZipFlaw::inconsistent};
  return std::nullopt;
}

/// Reads the entry that `fields` begins with.
std::optional<ZipRefusal> read_entry(ZipFields& fields, ZipEntry& entry) {
  constexpr std::size_t versions = 4, time_and_date = 4;
  if (fields.u32() != entry_signature) return ZipRefusal{ZipFlaw::inconsistent};
  fields.skip(versions);
  entry.flags = fields.u16();
  entry.method = fields.u16();
  fields.skip(time_and_date);
  entry.crc = fields.u32();
  ZipLengths lengths{.compressed = fields.u32()};
  lengths.size = fields.u32();
  const std::uint16_t name = fields.u16(), extra = fields.u16(), comment = fields.u16(), disk = fields.u16();
  fields.skip(sizeof(std::uint16_t));  // internal attributes
  entry.attributes = fields.u32();
  lengths.offset = fields.u32();
  entry.name = fields.text(name);
  entry.extra = fields.text(extra);
  fields.skip(comment);
  if (fields.overrun()) return ZipRefusal{ZipFlaw::inconsistent};
  const std::string shown{entry.name};
  if (disk != 0) return ZipRefusal{ZipFlaw::several_disks, shown};
  if (!resolve_zip64(lengths, entry.extra)) return ZipRefusal{ZipFlaw::inconsistent, shown};
  entry.compressed = lengths.compressed;
  entry.size = lengths.size;
  entry.offset = lengths.offset;
  return std::nullopt;
}

}  // namespace

std::optional<ZipRefusal> read_directory(BlockReader& file, ZipDirectory& directory) {
  End end;
  if (auto refusal = read_end(file, end)) return refusal;
  if (end.entries > zip_limits::entries || end.size > zip_limits::directory) return ZipRefusal{ZipFlaw::too_many_entries};
  directory.begin = end.begin;
  directory.bytes.resize(end.size);
  if (!file.read(end.begin, directory.bytes)) return ZipRefusal{ZipFlaw::outside_file};
  ZipFields fields{{directory.bytes.data(), directory.bytes.size()}};
  while (fields.left() > 0) {
    if (directory.entries.size() == end.entries) return ZipRefusal{ZipFlaw::inconsistent};
    if (auto refusal = read_entry(fields, directory.entries.emplace_back())) return refusal;
  }
  if (directory.entries.size() != end.entries) return ZipRefusal{ZipFlaw::inconsistent};
  return std::nullopt;
}

}  // namespace claimcheck::files
