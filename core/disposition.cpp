#include "core/disposition.h"

#include <algorithm>
#include <array>

#include "core/percent_encoding.h"

namespace claimcheck {
namespace {

struct Octets {
  unsigned char low, high;

  bool contain(char octet) const {
    const auto value = static_cast<unsigned char>(octet);
    return low <= value && value <= high;
  }
};

/// A row of the table of well-formed UTF-8 sequences; octets after the second are always 80..BF.
/// Source: RFC 3629 section 4.
struct Utf8Form {
  Octets lead, second;
  std::size_t length;
};
constexpr Octets continuation{0x80, 0xBF};
constexpr std::array<Utf8Form, 9> utf8_forms{{{{0x00, 0x7F}, continuation, 1},
                                              {{0xC2, 0xDF}, continuation, 2},
                                              {{0xE0, 0xE0}, {0xA0, 0xBF}, 3},
                                              {{0xE1, 0xEC}, continuation, 3},
                                              {{0xED, 0xED}, {0x80, 0x9F}, 3},
                                              {{0xEE, 0xEF}, continuation, 3},
                                              {{0xF0, 0xF0}, {0x90, 0xBF}, 4},
                                              {{0xF1, 0xF3}, continuation, 4},
                                              {{0xF4, 0xF4}, {0x80, 0x8F}, 4}}};

/// The text with every ill-formed sequence, as long as it could still have become a character, replaced by one U+FFFD.
std::string repair_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (!text.empty()) {
    const auto form = std::ranges::find_if(utf8_forms, [&](const Utf8Form& f) { return f.lead.contain(text.front()); });
    std::size_t read = 1;
    bool complete = form != utf8_forms.end();
    while (complete && read < form->length) {
      complete = read < text.size() && (read == 1 ? form->second : continuation).contain(text[read]);
      if (complete) ++read;
    }
    repaired += complete ? text.substr(0, read) : std::string_view{"\xEF\xBF\xBD"};
    text.remove_prefix(read);
  }
  return repaired;
}

/// For clients that know only filename=: one "_" for each character that might be misread there.
std::string ascii_fallback(std::string_view utf8) {
  std::string fallback;
  for (const char octet : utf8) {
    if (continuation.contain(octet)) continue;
    const bool plain = octet >= ' ' && octet <= '~' && std::string_view{"\"\\%/"}.find(octet) == std::string_view::npos;
    fallback += plain ? octet : '_';
  }
  return fallback.empty() ? "download" : fallback;
}

/// attr-char of RFC 8187 section 3.2.1, beside letters and digits.
constexpr std::string_view attribute_signs = "!#$&+-.^_`|~";

}  // namespace

std::string content_disposition(std::string_view filename) {
  const std::string name = repair_utf8(filename);
  const std::string fallback = ascii_fallback(name);
  std::string value = "attachment; filename=\"" + fallback + '"';
  if (fallback != name) value += "; filename*=UTF-8''" + percent_encoded(name, attribute_signs);
  return value;
}

}  // namespace claimcheck
