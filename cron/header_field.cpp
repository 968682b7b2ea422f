#include "cron/header_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/ascii.h"
#include "core/base64.h"
#include "core/percent_encoding.h"
#include "cron/escaping.h"

namespace claimcheck::cron {
namespace {

constexpr std::size_t longest_line = 76;  // RFC 2047 section 2
constexpr std::size_t longest_word = 75;
constexpr std::string_view fold = "\r\n ";

/// Ours, because Poco's MailMessage::encodeWord splits characters and may exceed the length of a line.
std::string encoded_words(std::string_view text, std::size_t column) {
  constexpr std::string_view begin = "=?UTF-8?B?", end = "?=";
  const auto room = [&] {
    const std::size_t length = std::min(longest_word, longest_line - std::min(longest_line, column));
    return length < begin.size() + end.size() ? 0 : (length - begin.size() - end.size()) / 4 * 3;
  };
  std::string out, word;
  const auto put_word = [&] { ((out += begin) += base64(word)) += end; };
  for (const std::string_view character : characters(text)) {
    if (word.size() + character.size() > room()) {
      if (!word.empty()) put_word();
      out += fold;
      word.clear();
      column = 1;
    }
    word += character;
  }
  put_word();
  return out;
}

/// Whether the text can stand in a header as it is: then it can be folded at its spaces too.
bool is_plain(std::string_view text) {
  constexpr std::size_t longest_unfolded = 60;
  if (text.find("=?") != std::string_view::npos || text.find("  ") != std::string_view::npos) return false;
  if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.size(), text.find(' ', at));
    if (end - at > longest_unfolded) return false;
    at = end + 1;
  }
  return true;
}

/// @param column  where the text begins in its line
std::string folded(std::string_view text, std::size_t column) {
  std::string out;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' ', 1));  // with the space before it
    if (column + word.size() > longest_line) {
      out += "\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    text.remove_prefix(word.size());
  }
  return out;
}

/// A display name. Source: RFC 5322 section 3.2.5 (phrase).
std::string phrase(std::string_view text, std::size_t column) {
  constexpr std::string_view atom_signs = " !#$%&'*+-/=?^_`{|}~";
  constexpr std::size_t longest_quoted = 60;
  if (!is_plain(text)) return encoded_words(text, column);
  if (std::ranges::all_of(text, [&](char c) { return is_letter_or_digit(c) || atom_signs.find(c) != std::string_view::npos; }))
    return folded(text, column);
  if (text.size() > longest_quoted || text.find_first_of("\"\\") != std::string_view::npos) return encoded_words(text, column);
  return fmt::format("\"{}\"", text);
}

}  // namespace

std::string header_text(std::string_view anything, std::size_t most) {
  return std::string{trim(first_characters(one_line(anything), most))};
}

std::string text_field(std::string_view name, std::string_view text) {
  const std::size_t column = name.size() + 2;
  return fmt::format("{}: {}\r\n", name, is_plain(text) ? folded(text, column) : encoded_words(text, column));
}

std::string mailbox_field(std::string_view name, std::string_view display, std::string_view address) {
  if (display.empty()) return token_field(name, address);
  std::string out = fmt::format("{}: ", name);
  out += phrase(display, out.size());
  const std::size_t line = out.rfind('\n');
  const std::size_t column = line == std::string::npos ? out.size() : out.size() - line - 1;
  return out += fmt::format("{}<{}>\r\n", column + address.size() + 3 > longest_line ? fold : " ", address);
}

std::string token_field(std::string_view name, std::string_view token) {
  return fmt::format("{}:{}{}\r\n", name, name.size() + 2 + token.size() > longest_line ? fold : " ", token);
}

std::string folded_parameter(std::string_view name, std::string_view text) {
  constexpr std::string_view attribute_signs = "!#$&+-.^_`|~";  // attribute-char of RFC 2231, beside letters and digits
  constexpr std::size_t longest_quoted = 60, longest_piece = 54;
  if (text.size() <= longest_quoted && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }) &&
      text.find_first_of("\"\\%") == std::string_view::npos && text.find("=?") == std::string_view::npos)
    return fmt::format(";{}{}=\"{}\"", fold, name, text);
  std::vector<std::string> pieces{"UTF-8''"};
  for (const std::string_view character : characters(text)) {
    const std::string encoded = percent_encoded(character, attribute_signs);
    if (pieces.back().size() + encoded.size() > longest_piece) pieces.emplace_back();
    pieces.back() += encoded;
  }
  if (pieces.size() == 1) return fmt::format(";{}{}*={}", fold, name, pieces.front());
  std::string out;
  for (std::size_t number = 0; number < pieces.size(); ++number)
    out += fmt::format(";{}{}*{}*={}", fold, name, number, pieces[number]);
  return out;
}

}  // namespace claimcheck::cron
