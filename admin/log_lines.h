#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admin/log_input.h"
#include "core/error.h"

namespace claimcheck::admin {

/// That a log cannot be read, and why, by errno.
Error cannot_read(const std::string& path);

/// Cuts what is read of a log, from one file after the other, into lines.
class LogLines {
 public:
  /// Reads 64 KiB at most and gives the lines that end there.
  /// @return how many bytes; 0 at the end, and nothing if interrupted. Throws Error{bad_request}.
  std::optional<std::size_t> read(int descriptor, const TakeLine& take);

  /// What was read of a line that has no end yet is no line: something else follows.
  void cut();

  /// How many bytes were read, in all.
  std::uint64_t place() const { return place_; }
  /// The place where the line begins that has no end yet.
  std::uint64_t begun() const { return begun_; }

 private:
  void add(std::string_view piece, const TakeLine& take);
  void keep(std::string_view part);

  std::string line_;
  std::uint64_t place_ = 0, begun_ = 0;
  std::array<char, 64UL * 1024> piece_;
};

}  // namespace claimcheck::admin
