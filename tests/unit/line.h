#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <future>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

namespace claimcheck::test {

inline constexpr std::uint64_t kib = 1024, mib = 1024 * kib;
inline constexpr int request_id = 0x0102;
inline constexpr std::chrono::seconds patient{30};

inline std::string random_bytes(std::uint64_t count) {
  std::mt19937_64 random{count};
  std::string bytes(count, '\0');
  std::ranges::generate(bytes, [&] { return static_cast<char>(random() & 0xff); });
  return bytes;
}

/// What a front end makes of the records it received.
struct Decoded {
  std::string out;          ///< content of the STDOUT records; the last one may be cut short
  bool out_closed = false;  ///< the empty STDOUT record came
  bool ended = false;       ///< END_REQUEST came, and nothing after it
};

inline Decoded decoded(std::string_view bytes) {
  constexpr std::size_t header = 8;
  constexpr std::size_t type_end_request = 3, type_stdout = 6;
  Decoded result;
  while (bytes.size() >= header) {
    const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(bytes[at])}; };
    const std::size_t type = byte(1), length = byte(4) << 8 | byte(5);
    const std::string_view content = bytes.substr(header, length);
    EXPECT_EQ(byte(0), 1U) << "version";
    EXPECT_EQ(byte(2) << 8 | byte(3), std::size_t{request_id});
    EXPECT_EQ(length % 8 != 0 && length > 65528, false) << "a record that would need padding";
    EXPECT_EQ(byte(6), 0U) << "padding";
    EXPECT_FALSE(result.ended) << "a record behind the end";
    if (type == type_stdout) {
      EXPECT_FALSE(result.out_closed) << "output behind its end";
      result.out += content;
      result.out_closed = length == 0;
    } else {
      EXPECT_EQ(type, type_end_request);
      result.ended = content == std::string(8, '\0');
    }
    bytes.remove_prefix(std::min(bytes.size(), header + length));
  }
  EXPECT_TRUE(bytes.empty() || !result.ended) << "half a record behind the end";
  return result;
}

/// Two connected descriptors: the worker writes into `ours`, and the connection under test closes it.
struct Line {
  int ours = -1, theirs = -1;

  static Line socket(int buffer = 0) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::runtime_error("no socket pair");
    if (buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    return {.ours = ends[0], .theirs = ends[1]};
  }

  static Line pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    return {.ours = ends[1], .theirs = ends[0]};
  }
};

/// Reads `at_a_time` until the other side closes or `limit` bytes have come, then closes.
inline std::string read_and_close(int fd, std::size_t at_a_time = 64 * kib, std::size_t limit = std::string::npos) {
  std::string all, buffer(at_a_time, '\0');
  while (all.size() < limit) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count <= 0) break;
    all.append(buffer, 0, static_cast<std::size_t>(count));
  }
  ::close(fd);
  return all;
}

inline std::future<std::string> reader(const Line& line, std::size_t at_a_time = 64 * kib,
                                       std::size_t limit = std::string::npos) {
  return std::async(std::launch::async, [=] { return read_and_close(line.theirs, at_a_time, limit); });
}

}  // namespace claimcheck::test
