#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claimcheck {

/// A run of bytes within a file: [first, first + length), length >= 1 unless the file is empty.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t length = 0;

  std::uint64_t end() const { return first + length; }
  bool operator==(const Range&) const = default;
};

/// How many bytes `ranges` have in all.
std::uint64_t total_length(const std::vector<Range>& ranges);

/// Most ranges that are answered one by one; a request for more gets the whole file (RFC 9110 section 14.2 lets a server
/// ignore the header, CVE-2011-3192 shows why it should).
inline constexpr std::size_t max_ranges = 16;

/// What a Range header asks for, given the file's size.
struct RangeChoice {
  enum class Kind {
    whole,          ///< 200: no header, another unit, malformed, too many, or more bytes than the file has
    partial,        ///< 206: `ranges` has one element, or several for multipart/byteranges
    unsatisfiable,  ///< 416
  };
  Kind kind = Kind::whole;
  std::vector<Range> ranges;  ///< clipped to the file, in the order asked for; empty unless partial
};

/// What to send of a file for the value of a Range header.
///
/// @param header  the field value, e.g. "bytes=0-499"; empty if the header is absent
/// @param size    of the file, in bytes
/// @return whole if absent, malformed or not in bytes; partial, clipped to `size`; unsatisfiable if every range starts past
/// the end. Ranges that overlap or add up to more than the file are answered with the whole file. Never throws.
/// Source: RFC 9110 section 14.1.2, 14.2.
RangeChoice choose_range(std::string_view header, std::uint64_t size);

/// "bytes 0-499/1234". Source: RFC 9110 section 14.4.
std::string content_range(Range range, std::uint64_t size);

/// "bytes */1234", for 416. Source: RFC 9110 section 14.4.
std::string unsatisfied_range(std::uint64_t size);

}  // namespace claimcheck
