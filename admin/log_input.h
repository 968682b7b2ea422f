#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace claimcheck::admin {

/// Where a reader of a log file that grows has come to.
struct LogPosition {
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  ///< of the first byte that is not done with

  bool operator==(const LogPosition&) const = default;
};

/// Given each whole line, without its line feed, and its place: how many bytes were read before it, in all files. Of a line
/// of more than 4 KiB only the beginning is given. What comes behind the last line feed is no line: it may be cut.
using TakeLine = std::function<void(std::string_view line, std::uint64_t place)>;

/// The lines of a log. Belongs to one thread.
class LogInput {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  virtual ~LogInput() = default;
  /// Readable if read() may have something to do; -1 if only time tells.
  virtual int descriptor() const = 0;
  /// When to read even if the descriptor is not readable; SteadyTime::max() if never.
  virtual SteadyTime due() const = 0;
  /// Reads what is there, 64 KiB at most.
  virtual void read(SteadyTime now, const TakeLine& take) = 0;
  /// Whether no more lines will come.
  virtual bool ended() const = 0;
  /// Whether somebody would have to wait if nothing was read for a while: the web server at the other end of a pipe.
  virtual bool live() const = 0;
  /// Where to begin another time if `unfinished` is the place of the first line that is not done with; nothing if that
  /// cannot be told, or is of no use.
  virtual std::optional<LogPosition> position(std::optional<std::uint64_t> unfinished) const = 0;
};

}  // namespace claimcheck::admin
