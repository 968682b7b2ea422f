#include "bench/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace claimcheck::bench {

double Series::quantile(double part) const {
  if (values_.empty()) throw std::logic_error("a series without values");
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const double place = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place)), above = static_cast<std::size_t>(std::ceil(place));
  return sorted[below] + (sorted[above] - sorted[below]) * (place - std::floor(place));
}

Series ratio(const Series& ours, const Series& theirs) {
  Series ratios;
  for (std::size_t round = 0; round < ours.values().size(); ++round)
    ratios.add(ours.values()[round] / theirs.values().at(round));
  return ratios;
}

bool report(const std::vector<Promise>& promises) {
  fmt::print("\nPromises: medians over the rounds\n{:<68} {:>9} {:>19} {:>12}\n", "", "measured", "[min-max]", "promised");
  bool all = true;
  for (const Promise& promise : promises) {
    all = all && promise.met();
    const Series& measured = promise.measured;
    fmt::print("{:<68} {:>9.2f} {:>19} {} {:>9} {}\n", promise.what, measured.median(),
               fmt::format("[{:.2f}-{:.2f}]", measured.least(), measured.most()),
               promise.bound == Bound::at_most ? "<=" : ">=", fmt::format("{:g}{}", promise.goal, promise.unit),
               promise.met() ? "met" : "NOT MET");
  }
  return all;
}

void say(const std::string& what) {
  if (::isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r\033[K{}", what);
  std::fflush(stderr);
}

}  // namespace claimcheck::bench
