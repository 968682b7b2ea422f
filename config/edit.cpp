#include "config/edit.h"

#include <fmt/format.h>

#include "core/ascii.h"
#include "core/error.h"

namespace claimcheck::config {
namespace {

std::string_view without_line_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_heading(std::string_view line, std::string_view table) {
  line = trim(without_line_end(line));
  const std::string heading = fmt::format("[{}]", table);
  if (!line.starts_with(heading)) return false;
  const std::string_view rest = trim(line.substr(heading.size()));
  return rest.empty() || rest.starts_with('#');
}

bool sets(std::string_view line, std::string_view key) {
  line = trim(line);
  return line.starts_with(key) && trim(line.substr(key.size())).starts_with('=');
}

/// The line with another value; what stands behind the value stays.
std::string with_value(std::string_view line, std::string_view value) {
  const std::size_t equals = line.find('=');
  const std::size_t begin = line.find_first_not_of(" \t", equals + 1);
  const char quote = begin == std::string_view::npos ? '\0' : line[begin];
  const bool quoted = quote == '"' || quote == '\'';
  const std::size_t close = quoted ? line.find(quote, begin + 1) : std::string_view::npos;
  const std::string_view rest =
      close == std::string_view::npos ? line.substr(without_line_end(line).size()) : line.substr(close + 1);
  return fmt::format("{} \"{}\"{}", line.substr(0, equals + 1), value, rest);
}

}  // namespace

std::string with_setting(std::string_view text, std::string_view table, std::string_view key, std::string_view value) {
  std::string out;
  bool inside = false, done = false;
  std::size_t heading_end = std::string::npos;
  std::string_view line_end = "\n";
  for (std::size_t at = 0, next = 0; at < text.size(); at = next) {
    const std::size_t line_feed = text.find('\n', at);
    next = line_feed == std::string_view::npos ? text.size() : line_feed + 1;
    const std::string_view line = text.substr(at, next - at);
    if (inside && !done && sets(line, key)) {
      out += with_value(line, value);
      done = true;
      continue;
    }
    out += line;
    if (trim(line).starts_with('[')) inside = is_heading(line, table);
    if (inside && heading_end == std::string::npos) {
      if (line.ends_with("\r\n")) line_end = "\r\n";
      if (!line.ends_with('\n')) out += line_end;
      heading_end = out.size();
    }
  }
  if (done) return out;
  if (heading_end == std::string::npos)
    throw Error{Errc::bad_request, fmt::format("there is no line [{}]; set {} = \"{}\" there by hand", table, key, value)};
  return out.insert(heading_end, fmt::format("{} = \"{}\"{}", key, value, line_end));
}

}  // namespace claimcheck::config
