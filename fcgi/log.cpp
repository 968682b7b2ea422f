#include "fcgi/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::array level_words{"debug", "info", "warning", "error"};
constexpr std::size_t longest_text = 1000;
constexpr std::size_t usual_length = 400;

/// Whether a text is written into JSON as it stands.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

void add_text(std::string& line, std::string_view text) {
  if (is_plain(text))
    line.append("\"").append(text).append("\"");
  else
    line += nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void add(std::string& line, const LogField& field) {
  if (line.back() != '{') line += ',';
  add_text(line, field.name);
  line += ':';
  if (const auto* text = std::get_if<std::string_view>(&field.value))
    add_text(line, text->substr(0, longest_text));
  else if (const auto* number = std::get_if<std::int64_t>(&field.value))
    fmt::format_to(std::back_inserter(line), "{}", *number);
  else
    fmt::format_to(std::back_inserter(line), "{}", std::get<std::uint64_t>(field.value));
}

}  // namespace

Log::Log(const std::string& file, Level least) : fd_(STDERR_FILENO), owned_(!file.empty()), least_(least) {
  if (!owned_) return;
  fd_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
  if (fd_ < 0) throw Error{Errc::unavailable, "the log file " + file + " cannot be opened: " + std::strerror(errno)};
}

Log::~Log() {
  if (owned_) ::close(fd_);
}

void Log::write(Level level, std::string_view event, std::initializer_list<LogField> fields) const {
  write(level, event, std::span{fields.begin(), fields.size()});
}

void Log::write(Level level, std::string_view event, std::span<const LogField> fields) const {
  if (level < least_) return;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  std::string line;
  line.reserve(usual_length);
  line += '{';
  add(line, {"time", format_rfc3339(now)});
  add(line, {"level", level_words.at(static_cast<std::size_t>(level))});
  add(line, {"event", event});
  for (const LogField& field : fields) add(line, field);
  line += "}\n";
  while (::write(fd_, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

Level parse_level(std::string_view word) {
  for (std::size_t i = 0; i < level_words.size(); ++i)
    if (word == level_words.at(i)) return static_cast<Level>(i);
  return Level::info;
}

}  // namespace claimcheck::fcgi
