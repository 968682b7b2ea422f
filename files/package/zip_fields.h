#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace claimcheck::files {

/// The little-endian numbers of a ZIP record, read one after another. Source: PKWARE APPNOTE 6.3.10, section 4.3.
/// Reading past the end gives zeros and is remembered.
class ZipFields {
 public:
  explicit ZipFields(std::string_view bytes) : bytes_(bytes) {}

  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::string_view text(std::size_t length);
  void skip(std::size_t length) { text(length); }

  std::size_t left() const { return bytes_.size(); }
  bool overrun() const { return overrun_; }

 private:
  std::uint64_t number(std::size_t length);

  std::string_view bytes_;
  bool overrun_ = false;
};

/// The fields of an entry that may stand in its ZIP64 extra field instead. Those that are saturated are replaced.
struct ZipLengths {
  std::uint64_t size = 0, compressed = 0;
  std::uint64_t offset = 0;  ///< of the local header; 0 within one
};

/// A part of an extra field.
enum class ZipExtra : std::uint16_t { zip64 = 0x0001, unicode_path = 0x7075 };

/// The content of the only part of that kind. Source: APPNOTE 4.5.1.
/// @return nothing if there is none, or two, or if the parts do not fill the field; `malformed` tells of the latter two
std::optional<std::string_view> find_extra(std::string_view field, ZipExtra kind, bool& malformed);

/// Replaces what is saturated. Source: APPNOTE 4.5.3. @return false if the extra field lacks it or is malformed
bool resolve_zip64(ZipLengths& lengths, std::string_view extra);

}  // namespace claimcheck::files
