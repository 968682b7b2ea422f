#include "cron/line_breaks.h"

#include <algorithm>

namespace claimcheck::cron {

std::string with_line_breaks(std::string_view text, std::string_view line_break) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    out += text.substr(0, end);
    if (end == std::string_view::npos) break;
    out += line_break;
    text.remove_prefix(end);
    text.remove_prefix(text.starts_with("\r\n") ? 2 : 1);
  }
  return out;
}

// Poco's MailOutputStream knows a line only by CR LF: it would pass on LF . CR LF, which some servers take for the end.
std::string smtp_data(std::string_view message) {
  constexpr std::string_view line_break = "\r\n";
  const std::string lines = with_line_breaks(message, line_break);
  std::string out;
  out.reserve(lines.size() + lines.size() / 64 + 8);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find(line_break));
    if (line.starts_with('.')) out += '.';
    (out += line) += line_break;
    rest.remove_prefix(std::min(rest.size(), line.size() + line_break.size()));
  }
  return out += ".\r\n";
}

}  // namespace claimcheck::cron
