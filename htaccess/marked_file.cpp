#include "htaccess/marked_file.h"

#include <fmt/format.h>

#include "core/error.h"

namespace claimcheck::htaccess {
namespace {

/// Where a block of ours stands: [begin, end) its lines with both markers, [body, body_end) the lines between them.
struct Place {
  std::size_t begin = 0, body = 0, body_end = 0, end = 0;
};

std::string begin_marker(std::string_view name) {
  return fmt::format("# BEGIN {}", name);
}

std::string end_marker(std::string_view name) {
  return fmt::format("# END {}", name);
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

[[noreturn]] void refuse_open_block(std::string_view name) {
  throw Error{
      Errc::bad_request,
      fmt::format("a line \"{}\" has no line \"{}\" after it; put that line back, or take the rest of the block out by hand",
                  begin_marker(name), end_marker(name))};
}

/// The first block named `name`.
std::optional<Place> find(std::string_view text, std::string_view name) {
  const std::string begin = begin_marker(name), end = end_marker(name);
  std::optional<Place> place;
  for (std::size_t at = 0, next = 0; at < text.size(); at = next) {
    const std::size_t line_feed = text.find('\n', at);
    next = line_feed == std::string_view::npos ? text.size() : line_feed + 1;
    const std::string_view line = without_line_end(text.substr(at, next - at));
    if (line == begin) {
      if (place) refuse_open_block(name);
      place = Place{.begin = at, .body = next};
    } else if (place && line == end) {
      place->body_end = at;
      place->end = next;
      return place;
    }
  }
  if (place) refuse_open_block(name);
  return std::nullopt;
}

}  // namespace

std::string with_block(std::string_view text, std::string_view name, std::string_view block, Position position) {
  const std::string_view break_after = block.empty() || block.ends_with('\n') ? "" : "\n";
  const std::string ours = fmt::format("{}\n{}{}{}", begin_marker(name), block, break_after, end_marker(name));
  const auto whole = find(ours, name);
  if (!whole || whole->end != ours.size()) {
    throw Error{Errc::bad_request, fmt::format("the block \"{}\" contains its own end marker", name)};
  }
  if (const auto place = find(text, name)) {
    const std::string_view last_line = text.substr(place->body_end, place->end - place->body_end);
    return fmt::format("{}{}{}{}", text.substr(0, place->begin), ours, last_line.substr(without_line_end(last_line).size()),
                       without_block(text.substr(place->end), name));
  }
  if (position == Position::top || text.empty()) return fmt::format("{}\n{}", ours, text);
  // Where the text lacks its last line end, ours lacks it too: that is how without_block knows the line end before ours.
  return text.ends_with('\n') ? fmt::format("{}{}\n", text, ours) : fmt::format("{}\n{}", text, ours);
}

std::string without_block(std::string_view text, std::string_view name) {
  std::string rest(text);
  while (const auto place = find(rest, name)) {
    const bool open_end = place->end == rest.size() && !rest.ends_with('\n');
    const bool break_before = place->begin > 0 && rest[place->begin - 1] == '\n';
    const std::size_t begin = place->begin - (open_end && break_before ? 1 : 0);
    rest.erase(begin, place->end - begin);
  }
  return rest;
}

std::optional<std::string> block_in(std::string_view text, std::string_view name) {
  const auto place = find(text, name);
  if (!place) return std::nullopt;
  return std::string(text.substr(place->body, place->body_end - place->body));
}

}  // namespace claimcheck::htaccess
