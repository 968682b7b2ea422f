#include "admin/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace claimcheck::admin {

files::TellProgress progress_bar() {
  constexpr std::uint64_t worth_showing = 64ULL * 1024 * 1024;
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [shown = std::uint64_t{0}](std::uint64_t done, std::uint64_t whole) mutable {
    constexpr std::uint64_t hundred = 100;
    constexpr std::uint64_t width = 50;
    if (whole < worth_showing) return;
    const std::uint64_t percent = hundred * (done / 1024) / (whole / 1024);
    if (percent == shown) return;
    shown = percent;
    fmt::print(stderr, "\r[{:<{}}] {:3} %", std::string(percent * width / hundred, '#'), width, percent);
    if (percent == hundred) fmt::print(stderr, "\r{:{}}\r", "", width + 8);
    std::fflush(stderr);
  };
}

}  // namespace claimcheck::admin
