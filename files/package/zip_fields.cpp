#include "files/package/zip_fields.h"

#include <limits>

namespace claimcheck::files {

std::string_view ZipFields::text(std::size_t length) {
  if (length > bytes_.size()) {
    overrun_ = true;
    length = bytes_.size();
  }
  const std::string_view taken = bytes_.substr(0, length);
  bytes_.remove_prefix(length);
  return taken;
}

std::uint64_t ZipFields::number(std::size_t length) {
  constexpr int octet = 8;
  const std::string_view bytes = text(length);
  if (bytes.size() < length) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = length; i-- > 0;) value = (value << octet) | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::optional<std::string_view> find_extra(std::string_view field, ZipExtra kind, bool& malformed) {
  std::optional<std::string_view> found;
  ZipFields fields{field};
  // Up to three bytes may be left over: tools that align entries fill up with them.
  constexpr std::size_t header = 4;
  while (fields.left() >= header) {
    const std::uint16_t id = fields.u16();
    const std::string_view content = fields.text(fields.u16());
    if (id != static_cast<std::uint16_t>(kind)) continue;
    if (found) malformed = true;
    found = content;
  }
  if (fields.overrun()) malformed = true;
  return malformed ? std::nullopt : found;
}

bool resolve_zip64(ZipLengths& lengths, std::string_view extra) {
  constexpr std::uint64_t saturated = std::numeric_limits<std::uint32_t>::max();
  bool malformed = false;
  const auto content = find_extra(extra, ZipExtra::zip64, malformed);
  if (malformed) return false;
  ZipFields fields{content.value_or("")};
  for (std::uint64_t* length : {&lengths.size, &lengths.compressed, &lengths.offset})
    if (*length == saturated) *length = fields.u64();
  return !fields.overrun();
}

}  // namespace claimcheck::files
