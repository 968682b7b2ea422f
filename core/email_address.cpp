#include "core/email_address.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/file_path.h"

namespace claimcheck {
namespace {

constexpr std::size_t longest_address = 254;
constexpr std::size_t longest_local_part = 64;
constexpr std::size_t longest_label = 63;

/// Whether all of the parts of `text` between dots are.
template <class Condition>
bool all_parts(std::string_view text, const Condition& condition) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!condition(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_atom(std::string_view part) {
  constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
  return !part.empty() &&
         std::ranges::all_of(part, [&](char c) { return is_letter_or_digit(c) || others.find(c) != others.npos; });
}

bool is_label(std::string_view part) {
  return !part.empty() && part.size() <= longest_label && part.front() != '-' && part.back() != '-' &&
         std::ranges::all_of(part, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  return text.size() <= longest_address && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.front() != '-' && !has_control_octet(text) && is_utf8(text) &&
         text.find_first_of(" <>,;\"") == std::string_view::npos;
}

bool is_deliverable(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at > longest_local_part || address.size() > longest_address) return false;
  return !address.starts_with('-') && all_parts(address.substr(0, at), is_atom) && all_parts(address.substr(at + 1), is_label);
}

std::optional<Mailbox> parse_mailbox(std::string_view text) {
  text = trim(text);
  Mailbox mailbox{.name = {}, .address = std::string{text}};
  if (const std::size_t open = text.find('<'); open != std::string_view::npos) {
    if (!text.ends_with('>')) return std::nullopt;
    mailbox.name = trim(text.substr(0, open));
    mailbox.address = text.substr(open + 1, text.size() - open - 2);
  }
  const bool good_name =
      !has_control_octet(mailbox.name) && is_utf8(mailbox.name) && mailbox.name.find_first_of("\"<>") == std::string::npos;
  if (!good_name || !is_deliverable(mailbox.address)) return std::nullopt;
  return mailbox;
}

std::string_view domain_of(std::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

}  // namespace claimcheck
