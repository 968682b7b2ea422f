#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace claimcheck::test {

/// One of many who download the same file, straight from a worker.
struct Downloader {
  std::string path;         ///< what to ask for
  std::uint64_t first = 0;  ///< the first byte that is wanted
  // What came of it:
  int status = 0;  ///< 0: no answer
  std::uint64_t received = 0;
  bool intact = true;     ///< all of it is what the file holds there
  bool complete = false;  ///< the body came to the end of the file, and then the end of the answer
};

/// How a crowd comes.
struct Arrival {
  std::chrono::microseconds apart{0};  ///< between one and the next
  std::size_t unanswered = 1'000'000;  ///< nobody else comes while so many wait for their first byte
};

/// Downloads at once by one thread that costs little: an epoll loop that compares what comes with what should, so that
/// thousands of them leave the machine to the worker.
class ManyDownloads {
 public:
  /// @param address  of the worker's unix socket
  /// @param content  of the file; must outlive it
  ManyDownloads(std::string address, const std::string& content) : address_(std::move(address)), content_(content) {}

  /// Lets everybody download until all are served or cut. Throws if that takes longer than `limit`.
  void run(std::vector<Downloader>& downloaders, const Arrival& arrival, std::chrono::seconds limit);

  // What may be looked at from another thread meanwhile.
  std::size_t under_way() const { return under_way_; }  ///< have got a byte, and wait for more
  std::size_t over() const { return over_; }
  std::size_t most_under_way() const { return most_under_way_; }

 private:
  std::string address_;
  const std::string& content_;
  std::atomic<std::size_t> under_way_ = 0, over_ = 0, most_under_way_ = 0;
};

/// Lets this process, and what it starts from now on, open so many files. Throws if the system does not.
void allow_descriptors(std::size_t count);

}  // namespace claimcheck::test
