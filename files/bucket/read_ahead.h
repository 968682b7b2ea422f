#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "core/error.h"

namespace claimcheck::files {

/// Where the bytes of one version of a file come from, slowly. Belongs to one thread, but for interrupt().
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// From now on read() goes on at `offset`. Throws Error; with Errc::unavailable it may be tried again.
  virtual void begin(std::uint64_t offset) = 0;
  /// Waits for the next bytes, which are at least one. 0 if there are none, which is a fault before the end of the file.
  /// Throws like begin().
  virtual std::size_t read(std::span<char> out) = 0;
  /// From any thread: makes the others throw soon, now and for ever.
  virtual void interrupt() = 0;
};

/// How long a ReadAhead bears with a source.
struct Patience {
  int tries = 5;                               ///< in a row; a buffer full of bytes makes them new
  std::chrono::milliseconds first_pause{100};  ///< before the second try; each further one is twice as long
  std::chrono::seconds slowest_over{30};       ///< whoever gives less in such a time than …
  std::uint64_t slowest = 30ULL * 1024;        ///< … so many bytes has failed
};

/// The bytes of a file that are asked for next, fetched by a thread of its own, so that nobody else has to wait. It begins to
/// fetch when it is asked for the first time, and ends with this object. Belongs to one thread.
class ReadAhead {
 public:
  static constexpr std::size_t capacity = 1024UL * 1024;  ///< bytes that it holds at most

  ReadAhead(std::unique_ptr<ByteSource> source, std::uint64_t size, Patience patience = {});
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// As OpenFile says it. Throws Error{unavailable} if there is no thread left.
  bool is_ready(std::uint64_t offset);
  std::size_t read(std::uint64_t offset, std::span<char> out);

 private:
  bool has(std::uint64_t offset) const;
  void want(std::uint64_t offset);
  void fetch();
  void fetch_piece(std::unique_lock<std::mutex>& lock, std::span<char> piece);
  std::size_t read_piece(std::uint64_t offset, std::span<char> piece);
  void note_fault(std::unique_lock<std::mutex>& lock, const Error& fault);
  void append(std::span<const char> bytes);

  const std::unique_ptr<ByteSource> source_;
  const std::uint64_t size_;
  const Patience patience_;

  std::mutex mutex_;  // guards what follows, up to the empty line
  std::condition_variable changed_;
  std::vector<char> ring_;
  std::uint64_t position_ = 0;  // in the file, of the first byte held
  std::size_t held_ = 0;        // bytes, from ring_[position_ % capacity] on
  std::uint64_t jumps_ = 0;     // how often position_ was changed by another wish
  std::optional<Error> fault_;
  bool over_ = false;

  // The fetching thread's own.
  std::optional<std::uint64_t> source_at_;
  int failures_ = 0;
  std::uint64_t since_failure_ = 0;  // bytes
  std::chrono::steady_clock::duration waited_{};
  std::uint64_t meanwhile_ = 0;  // bytes that came while it waited

  std::thread thread_;
};

}  // namespace claimcheck::files
