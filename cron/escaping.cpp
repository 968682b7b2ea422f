#include "cron/escaping.h"

#include <algorithm>
#include <array>

#include "core/file_path.h"

namespace claimcheck::cron {
namespace {

constexpr std::size_t longest_line = 76;
constexpr std::size_t longest_subject = 150;
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// LRM and RLM, ALM, the embeddings and overrides, the isolates. Source: Unicode Standard Annex 9 section 2.
constexpr std::array<std::string_view, 12> direction_marks{"\u200E", "\u200F", "\u061C", "\u202A", "\u202B", "\u202C",
                                                           "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"};

/// The UTF-8 character that `text` begins with; nothing if it begins with none.
std::string_view first_character(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(text.size(), 4); ++length)
    if (is_utf8(text.substr(0, length))) return text.substr(0, length);
  return {};
}

/// C0, DEL, C1, and the line and paragraph separators.
bool is_control(std::string_view character) {
  if (character.size() == 1) return has_control_octet(character);
  if (character == "\u2028" || character == "\u2029") return true;
  return character.size() == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
}

std::string without_line_ends_of_windows(std::string_view text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_pair = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
    if (!is_pair) lines += text[at] == '\r' ? '\n' : text[at];
  }
  return lines;
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

std::string one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view character = first_character(text);
    if (character.empty())
      out += replacement;
    else if (is_control(character))
      out += ' ';
    else if (std::ranges::find(direction_marks, character) == direction_marks.end())
      out += character;
    text.remove_prefix(std::max<std::size_t>(character.size(), 1));
  }
  return out;
}

std::string several_lines(std::string_view text) {
  const std::string lines = without_line_ends_of_windows(text);
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
  std::string out;
  for (std::size_t count = 0; !line.empty(); ++count) {
    if (count == longest_subject - 1 && first_character(line).size() < line.size()) return out + "…";
    const std::size_t length = std::max<std::size_t>(first_character(line).size(), 1);
    out += line.substr(0, length);
    line.remove_prefix(length);
  }
  return out;
}

}  // namespace claimcheck::cron
