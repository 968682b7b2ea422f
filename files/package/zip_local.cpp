#include "files/package/zip_local.h"

#include <algorithm>
#include <string>

#include "files/package/zip_fields.h"

namespace claimcheck::files {
namespace {

constexpr std::size_t header_length = 30;
constexpr std::uint32_t header_signature = 0x04034b50;
constexpr std::uint32_t descriptor_signature = 0x08074b50;
constexpr std::uint16_t is_encrypted = 1U << 0U, has_descriptor = 1U << 3U;

/// Whether `text` begins with a descriptor of that form that says what the directory says. @return its length, or nothing
std::optional<std::size_t> descriptor_length(std::string_view text, const ZipEntry& entry, std::size_t signature,
                                             std::size_t number) {
  ZipFields fields{text};
  if (signature > 0 && fields.u32() != descriptor_signature) return std::nullopt;
  const std::uint32_t crc = fields.u32();
  const auto next = [&] { return number == sizeof(std::uint64_t) ? fields.u64() : fields.u32(); };
  const std::uint64_t compressed = next(), size = next();
  if (fields.overrun() || crc != entry.crc || compressed != entry.compressed || size != entry.size) return std::nullopt;
  return text.size() - fields.left();
}

/// The length of the descriptor at `offset`, with or without signature, of 32 or 64 bits; nothing if there is none that agrees.
std::optional<std::size_t> read_descriptor(BlockReader& file, std::uint64_t offset, const ZipEntry& entry) {
  constexpr std::size_t longest = 24;
  std::string text(std::min<std::uint64_t>(longest, file.size() - offset), '\0');
  if (!file.read(offset, text)) return std::nullopt;
  for (const std::size_t signature : {sizeof(std::uint32_t), std::size_t{0}})
    for (const std::size_t number : {sizeof(std::uint32_t), sizeof(std::uint64_t)})
      if (const auto length = descriptor_length(text, entry, signature, number)) return length;
  return std::nullopt;
}

}  // namespace

std::optional<ZipRefusal> local_refusal(BlockReader& file, const ZipEntry& entry, std::uint64_t& end) {
  constexpr std::size_t version = 2, time_and_date = 4;
  const auto refuse = [&](ZipFlaw flaw) { return ZipRefusal{flaw, std::string{entry.name}}; };
  std::string header(header_length, '\0');
  if (!file.read(entry.offset, header)) return refuse(ZipFlaw::outside_file);
  ZipFields fields{header};
  if (fields.u32() != header_signature) return refuse(ZipFlaw::headers_disagree);
  fields.skip(version);
  const std::uint16_t flags = fields.u16(), method = fields.u16();
  fields.skip(time_and_date);
  const std::uint32_t crc = fields.u32();
  ZipLengths lengths{.compressed = fields.u32()};
  lengths.size = fields.u32();
  const std::uint16_t name_length = fields.u16(), extra_length = fields.u16();
  std::string texts(std::size_t{name_length} + extra_length, '\0');
  if (!file.read(entry.offset + header_length, texts)) return refuse(ZipFlaw::outside_file);
  const std::string_view name = std::string_view{texts}.substr(0, name_length);
  const std::uint64_t data = entry.offset + header_length + texts.size();
  if (entry.compressed > file.size() - data) return refuse(ZipFlaw::outside_file);
  if (!resolve_zip64(lengths, std::string_view{texts}.substr(name_length))) return refuse(ZipFlaw::headers_disagree);

  constexpr std::uint16_t compared = is_encrypted | has_descriptor;
  const bool streamed = (flags & has_descriptor) != 0;
  // What is written as a stream has its numbers behind it, and may have zeros in front.
  const auto agrees = [&](std::uint64_t local, std::uint64_t central) { return local == central || (streamed && local == 0); };
  if (name != entry.name || method != entry.method || (flags & compared) != (entry.flags & compared) ||
      !agrees(crc, entry.crc) || !agrees(lengths.compressed, entry.compressed) || !agrees(lengths.size, entry.size))
    return refuse(ZipFlaw::headers_disagree);
  end = data + entry.compressed;
  if (!streamed) return std::nullopt;
  const auto descriptor = read_descriptor(file, end, entry);
  if (!descriptor) return refuse(ZipFlaw::headers_disagree);
  end += *descriptor;
  return std::nullopt;
}

}  // namespace claimcheck::files
