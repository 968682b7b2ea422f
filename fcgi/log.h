#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/time.h"

namespace claimcheck::fcgi {

enum class Level { debug, info, warning, error };

/// One member of a log line. Keeps a reference to its text: for as long as the line is being written.
struct LogField {
  LogField(std::string_view member, std::string_view text) : name(member), value(text) {}
  LogField(std::string_view member, const char* text) : LogField(member, std::string_view{text}) {}
  LogField(std::string_view member, const std::string& text) : LogField(member, std::string_view{text}) {}
  template <std::integral Number>
  LogField(std::string_view member, Number number) : name(member) {
    if constexpr (std::signed_integral<Number>)
      value = std::int64_t{number};
    else
      value = std::uint64_t{number};
  }

  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t> value;
};

/// Writes log lines: one JSON object a line, one write() a line, so that lines of several processes do not mix. Members are
/// documented in docs/log.md; none ever holds a secret, a path of a request or a full address. Safe to share between threads.
class Log {
 public:
  /// @param file  appended to, created with mode 0640; empty means standard error
  /// Throws Error{unavailable} if it cannot be opened.
  Log(const std::string& file, Level least);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Adds "time", "level" and "event" in front of `fields`, which are in the order they are to be read. Texts are cut at 1,000
  /// bytes. A line that cannot be written is lost: a full disk must not stop downloads.
  void write(Level level, std::string_view event, std::initializer_list<LogField> fields) const;
  void write(Level level, std::string_view event, std::span<const LogField> fields) const;

 private:
  int fd_;
  bool owned_;
  Level least_;
};

/// @return the level a configuration names: "debug", "info", "warning", "error".
Level parse_level(std::string_view word);

}  // namespace claimcheck::fcgi
