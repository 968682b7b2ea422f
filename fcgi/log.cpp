#include "fcgi/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/json_writer.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::array level_words{"debug", "info", "warning", "error"};
constexpr std::size_t longest_text = 1000;

void add(JsonWriter& line, const LogField& field) {
  line.member(field.name);
  if (const auto* text = std::get_if<std::string_view>(&field.value))
    line.value(text->substr(0, longest_text));
  else if (const auto* number = std::get_if<std::int64_t>(&field.value))
    line.value(*number);
  else
    line.value(std::get<std::uint64_t>(field.value));
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
  JsonWriter writer;
  writer.open('{').member("time").value(format_rfc3339(now));
  writer.member("level").value(level_words.at(static_cast<std::size_t>(level))).member("event").value(event);
  for (const LogField& field : fields) add(writer, field);
  const std::string line = std::move(writer.close('}')).text() + "\n";
  while (::write(fd_, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

Level parse_level(std::string_view word) {
  for (std::size_t i = 0; i < level_words.size(); ++i)
    if (word == level_words.at(i)) return static_cast<Level>(i);
  return Level::info;
}

}  // namespace claimcheck::fcgi
