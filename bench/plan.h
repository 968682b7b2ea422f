#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace claimcheck::bench {

/// How much to measure.
struct Plan {
  std::size_t request_rounds = 5;     ///< measurements of each case of requests, round robin
  std::size_t bandwidth_rounds = 25;  ///< the same of bandwidth: what a sendfile costs jumps to its threefold and back
  std::size_t warm_ups = 1;           ///< rounds before them that are thrown away
  std::uint64_t big = 512ULL << 20;   ///< bytes of the file that is downloaded for its bandwidth, and slowly
  std::uint64_t small = 64ULL << 10;
  std::size_t requests = 3000;  ///< of one measurement of requests per second
  std::vector<std::size_t> slow_downloads{1000, 5000};
  std::chrono::seconds slow_time{15};  ///< how long they are read
  std::string only_case = {};          ///< if not empty: cases whose name has this in it, and no promises
};

}  // namespace claimcheck::bench
