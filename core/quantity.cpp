#include "core/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "core/ascii.h"

namespace claimcheck {
namespace {

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

/// Takes a whole number off the front of `text`; nothing if there is none, or it needs more than 64 bits.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

struct DurationUnit {
  char letter;
  std::uint64_t length;  ///< seconds
};

/// From long to short, as the parts of a duration follow each other.
constexpr std::array<DurationUnit, 5> duration_units{{{'w', 604'800}, {'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};
constexpr std::uint64_t longest_duration = 36'525 * duration_units[1].length;

constexpr std::uint64_t largest_size = std::numeric_limits<std::int64_t>::max();

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array<SizeUnit, 6> binary_units{{{"KiB", std::uint64_t{1} << 10U},
                                                {"MiB", std::uint64_t{1} << 20U},
                                                {"GiB", std::uint64_t{1} << 30U},
                                                {"TiB", std::uint64_t{1} << 40U},
                                                {"PiB", std::uint64_t{1} << 50U},
                                                {"EiB", std::uint64_t{1} << 60U}}};
constexpr std::array<SizeUnit, 6> decimal_units{{{"kB", 1'000},
                                                 {"MB", 1'000'000},
                                                 {"GB", 1'000'000'000},
                                                 {"TB", 1'000'000'000'000},
                                                 {"PB", 1'000'000'000'000'000},
                                                 {"EB", 1'000'000'000'000'000'000}}};
constexpr std::array<SizeUnit, 4> single_units{{{"", 1}, {"B", 1}, {"byte", 1}, {"bytes", 1}}};

bool same_letters(std::string_view a, std::string_view b) {
  return lower(a) == lower(b);
}

/// How many bytes the unit stands for.
std::optional<std::uint64_t> unit_bytes(std::string_view name) {
  const auto named = [&](const SizeUnit& unit) { return same_letters(unit.name, name); };
  if (const auto unit = std::ranges::find_if(binary_units, named); unit != binary_units.end()) return unit->bytes;
  if (const auto unit = std::ranges::find_if(decimal_units, named); unit != decimal_units.end()) return unit->bytes;
  if (const auto unit = std::ranges::find_if(single_units, named); unit != single_units.end()) return unit->bytes;
  return std::nullopt;
}

/// The part of a unit that decimals ("5" of "1.5") stand for, cut off to whole bytes.
std::uint64_t fraction_of(std::uint64_t unit, std::string_view decimals) {
  std::uint64_t bytes = 0;
  for (auto digit = decimals.rbegin(); digit != decimals.rend(); ++digit) {
    bytes = (static_cast<std::uint64_t>(*digit - '0') * unit + bytes) / 10;
  }
  return bytes;
}

/// No number of 64 bits has that many EiB.
constexpr std::uint64_t tenths_of_next_unit = 10'240;

/// How many tenths of a unit of 1 KiB or more, to the nearest.
std::uint64_t rounded_tenths(std::uint64_t bytes, std::uint64_t unit) {
  return bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit;
}

}  // namespace

std::optional<seconds> parse_duration(std::string_view text) {
  std::string_view rest = trim(text);
  if (rest == "0") return seconds{0};
  if (rest.empty()) return std::nullopt;
  std::uint64_t total = 0;
  for (auto unit = duration_units.begin(); !rest.empty(); ++unit) {
    const auto number = take_number(rest);
    skip_spaces(rest);
    if (!number || rest.empty()) return std::nullopt;
    unit = std::find_if(unit, duration_units.end(), [&](const DurationUnit& u) { return u.letter == rest.front(); });
    if (unit == duration_units.end() || *number > (longest_duration - total) / unit->length) return std::nullopt;
    total += *number * unit->length;
    rest.remove_prefix(1);
    skip_spaces(rest);
  }
  return seconds{total};
}

std::string format_duration(seconds length) {
  const bool negative = length < seconds{0};
  auto left = static_cast<std::uint64_t>(length.count());
  if (negative) left = std::uint64_t{0} - left;
  std::string text;
  for (const DurationUnit& unit : duration_units) {
    if (left < unit.length || (unit.letter == 'w' && left % unit.length != 0)) continue;
    text += fmt::format("{}{}{}", text.empty() ? "" : " ", left / unit.length, unit.letter);
    left %= unit.length;
  }
  if (text.empty()) return "0s";
  return negative ? "-" + text : text;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::string_view rest = trim(text);
  const auto whole = take_number(rest);
  if (!whole) return std::nullopt;
  std::string_view decimals;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    decimals = rest.substr(0, rest.find_first_not_of("0123456789"));
    if (decimals.empty()) return std::nullopt;
    rest.remove_prefix(decimals.size());
  }
  skip_spaces(rest);
  const auto unit = unit_bytes(rest);
  if (!unit || (*unit == 1 && !decimals.empty()) || *whole > largest_size / *unit) return std::nullopt;
  const std::uint64_t bytes = *whole * *unit + fraction_of(*unit, decimals);
  return bytes <= largest_size ? std::optional{bytes} : std::nullopt;
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < binary_units.front().bytes) return fmt::format("{} {}", bytes, bytes == 1 ? "byte" : "bytes");
  const SizeUnit* unit = binary_units.data();
  std::uint64_t tenths = rounded_tenths(bytes, unit->bytes);
  while (tenths >= tenths_of_next_unit) tenths = rounded_tenths(bytes, (++unit)->bytes);
  if (tenths % 10 == 0) return fmt::format("{} {}", tenths / 10, unit->name);
  return fmt::format("{}.{} {}", tenths / 10, tenths % 10, unit->name);
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  text = trim(text);
  if (!text.ends_with("/s")) return std::nullopt;
  text.remove_suffix(2);
  return parse_size(text);
}

}  // namespace claimcheck
