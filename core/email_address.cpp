#include "core/email_address.h"

#include <algorithm>

#include "core/ascii.h"

namespace claimcheck {
namespace {

constexpr std::size_t longest_address = 254;  // RFC 5321 section 4.5.3.1.3, without the angle brackets
constexpr std::size_t longest_local_part = 64;
constexpr std::size_t longest_label = 63;
constexpr std::string_view atom_signs = "!#$%&'*+-/=?^_`{|}~";

bool is_atom(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || atom_signs.find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= longest_label && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

/// Whether `text` is one or more of such pieces, with dots between them.
bool is_dotted(std::string_view text, bool (*is_piece)(std::string_view)) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_piece(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_deliverable(std::string_view address) {
  const std::size_t at = address.find('@');
  if (address.size() > longest_address || at == std::string_view::npos) return false;
  const std::string_view local = address.substr(0, at);
  return local.size() <= longest_local_part && !local.starts_with('-') && is_dotted(local, is_atom) &&
         is_dotted(address.substr(at + 1), is_label);
}

}  // namespace claimcheck
