#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace claimcheck::bench {

/// How much to measure.
struct Plan {
  int rounds = 5;                                         ///< after one that warms everything up and is thrown away
  std::uint64_t big = 512ULL << 20, small = 64ULL << 10;  ///< bytes of the files
  std::size_t requests = 3000;                            ///< of one measurement of requests per second
  std::vector<std::size_t> slow_downloads{1000, 5000};
  std::string only_case = {};  ///< if not empty: cases whose name has this in it, and no promises
};

}  // namespace claimcheck::bench
