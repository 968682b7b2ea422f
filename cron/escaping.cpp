#include "cron/escaping.h"

#include <algorithm>
#include <array>

#include "core/file_path.h"
#include "cron/line_breaks.h"

namespace claimcheck::cron {
namespace {

constexpr std::size_t longest_line = 76;
constexpr std::size_t longest_subject = 150;
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// LRM and RLM, ALM, the embeddings and overrides, the isolates. Source: Unicode Standard Annex 9 section 2.
constexpr std::array<std::string_view, 12> direction_marks{"\u200E", "\u200F", "\u061C", "\u202A", "\u202B", "\u202C",
                                                           "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"};

/// The UTF-8 character that `text` begins with, or its first octet if it begins with none.
std::string_view first_character(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(text.size(), 4); ++length)
    if (is_utf8(text.substr(0, length))) return text.substr(0, length);
  return text.substr(0, 1);
}

/// C0, DEL, C1, and the line and paragraph separators.
bool is_control(std::string_view character) {
  if (character.size() == 1) return has_control_octet(character);
  if (character == "\u2028" || character == "\u2029") return true;
  return character.size() == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
}

std::string wrapped_line(std::string_view line) {
  std::string out;
  while (line.size() > longest_line) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    std::size_t space = line.rfind(' ', longest_line);
    if (space == std::string_view::npos || space < indent) space = line.find(' ', std::max(longest_line, indent));
    if (space == std::string_view::npos) break;
    out.append(line.substr(0, space)).append("\n");
    line.remove_prefix(space + 1);
  }
  return out.append(line);
}

}  // namespace

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> list;
  while (!text.empty()) {
    list.push_back(first_character(text));
    text.remove_prefix(list.back().size());
  }
  return list;
}

std::string_view first_characters(std::string_view text, std::size_t most) {
  std::size_t length = 0;
  for (std::size_t count = 0; count < most && length < text.size(); ++count)
    length += first_character(text.substr(length)).size();
  return text.substr(0, length);
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const std::string_view character : characters(text)) {
    if (!is_utf8(character))
      out += replacement;
    else if (is_control(character))
      out += ' ';
    else if (std::ranges::find(direction_marks, character) == direction_marks.end())
      out += character;
  }
  return out;
}

std::string several_lines(std::string_view text) {
  const std::string lines = with_line_breaks(text, "\n");
  std::string out;
  for (std::size_t begin = 0; begin <= lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    out += one_line(std::string_view{lines}.substr(begin, end - begin));
    if (end < lines.size()) out += '\n';
    begin = end + 1;
  }
  return out;
}

std::string wrapped(std::string_view text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += wrapped_line(text.substr(begin, end - begin));
    if (end < text.size()) out += '\n';
    begin = end + 1;
  }
  std::ranges::replace(out, firm_space, ' ');
  return out;
}

std::string shortened(std::string_view line) {
  if (first_characters(line, longest_subject).size() == line.size()) return std::string{line};
  return std::string{first_characters(line, longest_subject - 1)} + "…";
}

}  // namespace claimcheck::cron
