#include "fcgi/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array level_words{"debug", "info", "warning", "error"};
constexpr std::size_t longest_text = 1000;

}  // namespace

Log::Log(const std::string& file, Level least) : fd_(STDERR_FILENO), owned_(!file.empty()), least_(least) {
  if (!owned_) return;
  fd_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
  if (fd_ < 0) throw Error{Errc::unavailable, "the log file " + file + " cannot be opened: " + std::strerror(errno)};
}

Log::~Log() {
  if (owned_) ::close(fd_);
}

void Log::write(Level level, std::string_view event, Json fields) const {
  if (level < least_) return;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  Json line{{"time", format_rfc3339(now)}, {"level", level_words.at(static_cast<std::size_t>(level))}, {"event", event}};
  for (auto& [name, value] : fields.items()) {
    if (value.is_string() && value.get_ref<std::string&>().size() > longest_text)
      value = value.get_ref<std::string&>().substr(0, longest_text);
    line[name] = std::move(value);
  }
  const std::string text = line.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  while (::write(fd_, text.data(), text.size()) < 0 && errno == EINTR) {
  }
}

Level parse_level(std::string_view word) {
  for (std::size_t i = 0; i < level_words.size(); ++i)
    if (word == level_words.at(i)) return static_cast<Level>(i);
  return Level::info;
}

}  // namespace claimcheck::fcgi
