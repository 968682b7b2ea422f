#pragma once

#include <cstdint>
#include <string>

namespace claimcheck::bench {

/// One download from 127.0.0.1.
struct Drained {
  int status = 0;
  std::uint64_t bytes = 0;  ///< of the body
  double seconds = 0;       ///< from connecting to the last byte
};

/// Downloads as fast as the other side can, at next to no cost of its own: the kernel drops the bytes (MSG_TRUNC, tcp(7)).
/// @throws std::runtime_error if nobody listens, or nothing comes for a minute
Drained drain(int port, const std::string& path);

}  // namespace claimcheck::bench
