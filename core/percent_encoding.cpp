#include "core/percent_encoding.h"

#include <charconv>

#include "core/ascii.h"

namespace claimcheck {

std::string percent_encoded(std::string_view text, std::string_view kept) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string encoded;
  for (const char octet : text) {
    if (is_letter_or_digit(octet) || kept.find(octet) != std::string_view::npos) {
      encoded += octet;
    } else {
      const auto value = static_cast<unsigned char>(octet);
      encoded += {'%', hex[value >> 4U], hex[value & 0x0FU]};
    }
  }
  return encoded;
}

std::string percent_encoded_path(std::string_view path) {
  return percent_encoded(path, "-._~/");
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned char byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* digits = text.data() + i + 1;
    const auto [end, fault] = std::from_chars(digits, digits + 2, byte, 16);
    if (fault != std::errc{} || end != digits + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

}  // namespace claimcheck
