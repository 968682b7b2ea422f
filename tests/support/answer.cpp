#include "tests/support/answer.h"

#include <algorithm>
#include <stdexcept>

namespace claimcheck::test {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) { return lower(a) == lower(b); });
}

std::optional<std::string> Answer::header(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [field, value] : headers) {
    if (!same_name(field, name)) continue;
    if (found) throw std::runtime_error("sent twice: " + field + ": " + *found + " and " + value);
    found = value;
  }
  return found;
}

Fields parse_fields(std::string_view lines) {
  Fields fields;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (trimmed(line).empty()) continue;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) throw std::runtime_error("no header line: " + std::string{line});
    fields.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  return fields;
}

}  // namespace claimcheck::test
