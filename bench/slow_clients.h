#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace claimcheck::bench {

/// Downloads of pattern files (bench/pattern.h) that go on all at once and slowly.
struct SlowLoad {
  int port = 0;
  std::vector<std::string> paths;  ///< one download each
  std::uint64_t bytes_per_second = 20'000;
  std::chrono::seconds time{15};       ///< how long to read once all are connected
  std::function<void()> every_second;  ///< called meanwhile
};

/// How they fared.
struct SlowResult {
  std::size_t served = 0;       ///< downloads that got a 200 and bytes of the body
  std::size_t ended = 0;        ///< downloads that came to an end, which none should
  std::uint64_t bytes = 0;      ///< of all bodies
  std::uint64_t least = 0;      ///< bytes of the body of the download that got least
  bool intact = true;           ///< every byte was the right one
  double first_byte_worst = 0;  ///< seconds from connecting to the first byte of the answer, at worst of those that came
  double seconds = 0;           ///< that all of it took
};

/// One thread; reads each connection ten times a second, as much as is due. Leaves by closing all connections.
SlowResult download_slowly(const SlowLoad& load);

}  // namespace claimcheck::bench
