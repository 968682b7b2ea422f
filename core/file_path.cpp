#include "core/file_path.h"

#include <algorithm>
#include <cstddef>

namespace claimcheck {
namespace {

bool is_segment(std::string_view segment) {
  return !segment.empty() && segment.size() <= longest_filename && segment != "." && segment != "..";
}

/// Length of the well-formed UTF-8 character that `text` begins with; 0 if it begins with none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned char low, unsigned char high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const auto tail = [&](std::size_t i) { return continues(i, 0x80, 0xbf); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const unsigned char low = lead == 0xe0 ? 0xa0 : 0x80;   // no overlong form
    const unsigned char high = lead == 0xed ? 0x9f : 0xbf;  // no surrogate
    return continues(1, low, high) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const unsigned char low = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xf4 ? 0x8f : 0xbf;  // nothing above U+10FFFF
    return continues(1, low, high) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool has_control_octet(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_file_path(std::string_view path) {
  if (path.empty() || path.size() > longest_file_path || has_control_octet(path) || !is_utf8(path)) return false;
  if (path.find('\\') != std::string_view::npos) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (!is_segment(path.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return true;
}

bool is_filename(std::string_view name) {
  return is_segment(name) && !has_control_octet(name) && is_utf8(name) && name.find_first_of("/\\") == std::string_view::npos;
}

std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace claimcheck
