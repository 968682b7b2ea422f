#include "core/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "core/ascii.h"

namespace claimcheck {
namespace {

bool is_bytes(std::string_view unit) {
  return std::ranges::equal(unit, std::string_view{"bytes"}, [](char given, char lower) { return (given | 0x20) == lower; });
}

/// A decimal number of any length, kept as its digits without leading zeros.
struct Number {
  std::string_view digits;

  static std::optional<Number> parse(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    return Number{text.substr(std::min(text.find_first_not_of('0'), text.size() - 1))};
  }

  /// The largest 64-bit value stands for everything beyond.
  std::uint64_t saturated() const {
    std::uint64_t value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return result.ec == std::errc{} ? value : std::numeric_limits<std::uint64_t>::max();
  }

  bool operator<(const Number& other) const {
    return digits.size() != other.digits.size() ? digits.size() < other.digits.size() : digits < other.digits;
  }
};

/// One range-spec, clipped to a file that is not empty. Length 0 if it is valid but names no byte of the file; nothing if it
/// is malformed.
std::optional<Range> clip(std::string_view spec, std::uint64_t size) {
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = Number::parse(spec.substr(0, dash));
  const auto last = Number::parse(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::nullopt;
    const std::uint64_t length = std::min(last->saturated(), size);
    return Range{.first = size - length, .length = length};
  }
  const bool open_ended = dash + 1 == spec.size();
  if (!first || (!last && !open_ended)) return std::nullopt;
  if (last && *last < *first) return std::nullopt;
  const std::uint64_t begin = first->saturated();
  if (begin >= size) return Range{};
  const std::uint64_t final_byte = last ? std::min(last->saturated(), size - 1) : size - 1;
  return Range{.first = begin, .length = final_byte - begin + 1};
}

/// Disjoint ranges within a file cannot add up to more than the file, so this is the only test against amplification.
bool overlap(std::vector<Range> ranges) {
  std::ranges::sort(ranges, {}, &Range::first);
  return std::ranges::adjacent_find(ranges, [](const Range& a, const Range& b) { return b.first < a.end(); }) != ranges.end();
}

}  // namespace

RangeChoice choose_range(std::string_view header, std::uint64_t size) {
  if (size == 0) return {};
  header = trim(header);
  const auto equals = header.find('=');
  if (equals == std::string_view::npos || !is_bytes(header.substr(0, equals))) return {};

  std::vector<Range> ranges;
  std::size_t asked = 0;
  std::string_view rest = header.substr(equals + 1);
  for (bool more = true; more;) {
    const auto comma = rest.find(',');
    const std::string_view spec = trim(rest.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
    if (spec.empty()) continue;
    if (++asked > max_ranges) return {};
    const auto range = clip(spec, size);
    if (!range) return {};
    if (range->length > 0) ranges.push_back(*range);
  }
  if (asked == 0 || overlap(ranges)) return {};
  if (ranges.empty()) return {.kind = RangeChoice::Kind::unsatisfiable, .ranges = {}};
  return {.kind = RangeChoice::Kind::partial, .ranges = std::move(ranges)};
}

std::string content_range(Range range, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.first, range.end() - 1, size);
}

std::string unsatisfied_range(std::uint64_t size) {
  return fmt::format("bytes */{}", size);
}

std::uint64_t total_length(const std::vector<Range>& ranges) {
  std::uint64_t length = 0;
  for (const Range& range : ranges) length += range.length;
  return length;
}

}  // namespace claimcheck
