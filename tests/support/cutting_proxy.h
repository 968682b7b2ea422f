#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace claimcheck::test {

/// A TCP proxy on a free loopback port in front of a web server: a line that breaks. It passes everything on, and resets its
/// first, second … connection after so many bytes towards the client; those beyond the list live as long as they like. Its
/// own buffers are small, so that the server knows quickly how far the client is. Ends its threads with itself.
class CuttingProxy {
 public:
  /// @param bytes_per_second  of one connection, towards the client
  explicit CuttingProxy(int server_port, std::vector<std::uint64_t> cut_after = {},
                        std::uint64_t bytes_per_second = 1ULL << 40);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  int port() const { return port_; }
  /// How many connections were cut so far.
  int cuts() const { return cuts_; }
  /// An address of the server, led through this proxy.
  std::string through(std::string url) const;

 private:
  void accept_all();
  void pass_on(int client, std::uint64_t limit);

  int server_port_, port_ = 0, listener_ = -1;
  std::vector<std::uint64_t> cut_after_;
  std::uint64_t bytes_per_second_;
  std::atomic<int> cuts_ = 0;
  std::atomic<bool> ending_ = false;
  std::vector<std::jthread> lines_;
  std::jthread acceptor_;
};

}  // namespace claimcheck::test
