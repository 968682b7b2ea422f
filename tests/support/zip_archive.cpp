#include "tests/support/zip_archive.h"

#include <zlib.h>

#include <stdexcept>

namespace claimcheck::test {
namespace {

std::string little_endian(std::uint64_t number, int octets) {
  std::string bytes;
  for (int i = 0; i < octets; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xff);
  return bytes;
}

struct Packed {
  std::string data;
  std::uint32_t crc, compressed, size;
};

Packed pack(const MadeEntry& entry) {
  Packed packed{.data = entry.method == 8 ? deflated(entry.content) : entry.content, .crc = 0, .compressed = 0, .size = 0};
  const auto* bytes = reinterpret_cast<const Bytef*>(entry.content.data());
  packed.crc = entry.crc.value_or(static_cast<std::uint32_t>(::crc32(0, bytes, static_cast<uInt>(entry.content.size()))));
  packed.compressed = entry.compressed.value_or(static_cast<std::uint32_t>(packed.data.size()));
  packed.size = entry.size.value_or(static_cast<std::uint32_t>(entry.content.size()));
  return packed;
}

std::uint16_t flags_of(const MadeEntry& entry) {
  constexpr std::uint16_t has_descriptor = 8;
  return static_cast<std::uint16_t>(entry.flags | (entry.descriptor == Descriptor::none ? 0 : has_descriptor));
}

std::string descriptor_of(const MadeEntry& entry, const Packed& packed) {
  switch (entry.descriptor) {
    case Descriptor::none:
      return {};
    case Descriptor::plain:
      return u32(packed.crc) + u32(packed.compressed) + u32(packed.size);
    case Descriptor::with_signature:
      return "PK\7\10" + u32(packed.crc) + u32(packed.compressed) + u32(packed.size);
    case Descriptor::zip64:
      return "PK\7\10" + u32(packed.crc) + u64(packed.compressed) + u64(packed.size);
  }
  return {};
}

std::string local_of(const MadeEntry& entry, const Packed& packed) {
  const std::string name = entry.local_name.value_or(entry.name);
  const bool later = entry.descriptor != Descriptor::none;
  const std::string numbers = later ? std::string(12, '\0') : u32(packed.crc) + u32(packed.compressed) + u32(packed.size);
  return "PK\3\4" + u16(20) + u16(flags_of(entry)) + u16(entry.local_method.value_or(entry.method)) + u32(0x5a210000) +
         numbers + u16(name.size()) + u16(entry.local_extra.size()) + name + entry.local_extra + packed.data +
         descriptor_of(entry, packed);
}

std::string central_of(const MadeEntry& entry, const Packed& packed, std::size_t offset) {
  return "PK\1\2" + u16(0x0314) + u16(20) + u16(flags_of(entry)) + u16(entry.method) + u32(0x5a210000) + u32(packed.crc) +
         u32(packed.compressed) + u32(packed.size) + u16(entry.name.size()) + u16(entry.extra.size()) + u16(0) +
         u16(entry.disk) + u16(0) + u32(std::uint64_t{entry.mode} << 16) + u32(entry.offset.value_or(offset)) + entry.name +
         entry.extra;
}

}  // namespace

std::string u16(std::uint64_t number) {
  return little_endian(number, 2);
}
std::string u32(std::uint64_t number) {
  return little_endian(number, 4);
}
std::string u64(std::uint64_t number) {
  return little_endian(number, 8);
}

std::string deflated(const std::string& content) {
  z_stream stream{};
  constexpr int raw = -15, memory = 8;
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, raw, memory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error{"deflate"};
  std::string out(::deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error{"deflate"};
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

std::string make_zip(const MadeArchive& archive) {
  std::string text = archive.prefix, directory;
  for (const MadeEntry& entry : archive.entries) {
    const Packed packed = pack(entry);
    directory += central_of(entry, packed, text.size());
    text += local_of(entry, packed);
  }
  const std::size_t begin = text.size(), count = archive.count.value_or(static_cast<std::uint16_t>(archive.entries.size()));
  text += directory + archive.before_end;
  if (archive.zip64_count) {
    const std::size_t at = text.size();
    text += "PK\6\6" + u64(44) + u16(45) + u16(45) + u32(0) + u32(0) + u64(*archive.zip64_count) + u64(*archive.zip64_count) +
            u64(directory.size()) + u64(begin) + "PK\6\7" + u32(0) + u64(at) + u32(1);
  }
  return text + "PK\5\6" + u16(archive.disk) + u16(archive.disk) + u16(count) + u16(count) + u32(directory.size()) +
         u32(begin) + u16(archive.comment_length.value_or(static_cast<std::uint16_t>(archive.comment.size()))) +
         archive.comment;
}

}  // namespace claimcheck::test
