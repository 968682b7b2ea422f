#include "files/package/zip_structure.h"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <string>
#include <vector>

#include "files/package/zip_fields.h"
#include "files/package/zip_local.h"
#include "files/package/zip_name.h"

namespace claimcheck::files {
namespace {

constexpr std::uint16_t is_encrypted = 1U << 0U, is_strongly_encrypted = 1U << 6U, is_masked = 1U << 13U;

ZipRefusal refuse(ZipFlaw flaw, const ZipEntry& entry) {
  return {flaw, std::string{entry.name}};
}

/// The name by which some readers know an entry, if it has two. Source: APPNOTE 4.6.9.
std::string_view name_of(const ZipEntry& entry) {
  bool malformed = false;
  const auto content = find_extra(entry.extra, ZipExtra::unicode_path, malformed);
  if (!content) return entry.name;
  ZipFields fields{*content};
  const bool first_version = fields.text(1) == std::string_view{"\1", 1};
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(entry.name.data()), static_cast<uInt>(entry.name.size()));
  const bool meant = first_version && fields.u32() == crc;
  return meant ? fields.text(fields.left()) : entry.name;
}

/// Whether the mode that Unix systems note of an entry makes it a symbolic link. Other kinds are extracted as plain files, and
/// what is packed from a pipe is noted as one.
bool is_symbolic_link(const ZipEntry& entry) {
  constexpr int upper = 16;
  return ((entry.attributes >> upper) & S_IFMT) == S_IFLNK;
}

std::optional<ZipRefusal> entry_refusal(const ZipEntry& entry) {
  constexpr std::uint16_t stored = 0, deflated = 8;
  if ((entry.flags & (is_encrypted | is_strongly_encrypted | is_masked)) != 0) return refuse(ZipFlaw::encrypted, entry);
  if (entry.method != stored && entry.method != deflated) return refuse(ZipFlaw::unsupported_method, entry);
  if (entry.method == stored && entry.compressed != entry.size) return refuse(ZipFlaw::headers_disagree, entry);
  if (!is_safe_entry_name(entry.name) || !is_safe_entry_name(name_of(entry))) return refuse(ZipFlaw::unsafe_name, entry);
  if (is_symbolic_link(entry)) return refuse(ZipFlaw::symbolic_link, entry);
  return std::nullopt;
}

std::optional<ZipRefusal> duplicate_refusal(const ZipDirectory& directory) {
  std::vector<std::string> names;
  names.reserve(directory.entries.size());
  for (const ZipEntry& entry : directory.entries) names.push_back(plain_entry_name(name_of(entry)));
  std::erase(names, "");
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) return ZipRefusal{ZipFlaw::duplicate_name, *twice};
  return std::nullopt;
}

/// Whether names were made to fall together in libzip's table of names, which would then take it minutes to fill: its hash is
/// a sum of powers of 33, and its table's size a power of two.
std::optional<ZipRefusal> collision_refusal(const ZipDirectory& directory) {
  constexpr std::uint32_t start = 5381, multiplier = 33;
  constexpr std::size_t buckets = 65'536, most = 1000;
  std::vector<std::size_t> fill(buckets);
  for (const ZipEntry& entry : directory.entries) {
    std::uint32_t hash = start;
    for (const char c : entry.name) hash = hash * multiplier + static_cast<unsigned char>(c);
    if (++fill[hash % buckets] > most) return refuse(ZipFlaw::too_many_entries, entry);
  }
  return std::nullopt;
}

/// Whether the local headers agree, and whether the entries lie apart.
std::optional<ZipRefusal> layout_refusal(BlockReader& file, const ZipDirectory& directory) {
  std::vector<const ZipEntry*> in_order;
  in_order.reserve(directory.entries.size());
  for (const ZipEntry& entry : directory.entries) in_order.push_back(&entry);
  std::ranges::sort(in_order, {}, &ZipEntry::offset);
  std::uint64_t free = 0;
  for (const ZipEntry* entry : in_order) {
    if (entry->offset < free) return refuse(ZipFlaw::overlapping_entries, *entry);
    if (auto refusal = local_refusal(file, *entry, free)) return refusal;
    if (free > directory.begin) return refuse(ZipFlaw::overlapping_entries, *entry);
  }
  return std::nullopt;
}

std::optional<ZipRefusal> expansion_refusal(std::uint64_t file_size, const ZipDirectory& directory) {
  std::uint64_t left = most_expanded(file_size);
  for (const ZipEntry& entry : directory.entries) {
    if (entry.size > left) return refuse(ZipFlaw::expands_too_far, entry);
    left -= entry.size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ZipRefusal> structure_refusal(BlockReader& file, const ZipDirectory& directory) {
  if (auto refusal = layout_refusal(file, directory)) return refusal;
  for (const ZipEntry& entry : directory.entries)
    if (auto refusal = entry_refusal(entry)) return refusal;
  if (auto refusal = duplicate_refusal(directory)) return refusal;
  if (auto refusal = collision_refusal(directory)) return refusal;
  if (auto refusal = expansion_refusal(file.size(), directory)) return refusal;
  std::string start(4, '\0');
  if (!directory.entries.empty() && (!file.read(0, start) || start != "PK\3\4")) return ZipRefusal{ZipFlaw::foreign_start};
  return std::nullopt;
}

}  // namespace claimcheck::files
