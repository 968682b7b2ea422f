#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace claimcheck::bench {

/// Requests that are all to be answered alike.
struct Load {
  int port = 0;
  std::vector<std::string> paths;  ///< each is asked for once, in this order
  int concurrency = 32;            ///< connections, kept alive as long as the server likes
  int status = 200;                ///< of every answer
  std::uint64_t bytes = 0;         ///< of every answer's body; 0: any
};

/// What came of it.
struct Hammered {
  double seconds = 0;
  std::vector<double> latencies;  ///< milliseconds, of each request, from asking to the last byte
  std::size_t wrong = 0;          ///< answers of another status or size
  std::string first_wrong = {};   ///< the head of one of them
};

/// Sends requests, each connection its next as soon as the answer to its last is there. One thread, which drops the bytes in
/// the kernel.
Hammered hammer(const Load& load);

}  // namespace claimcheck::bench
