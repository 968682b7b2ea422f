#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/time.h"

namespace claimcheck::fcgi {

enum class Level { debug, info, warning, error };

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

  /// Adds "time", "level" and "event" in front of `fields`. Texts are cut at 1,000 bytes. A line that cannot be written is
  /// lost: a full disk must not stop downloads.
  void write(Level level, std::string_view event, nlohmann::ordered_json fields) const;

 private:
  int fd_;
  bool owned_;
  Level least_;
};

/// @return the level a configuration names: "debug", "info", "warning", "error".
Level parse_level(std::string_view word);

}  // namespace claimcheck::fcgi
