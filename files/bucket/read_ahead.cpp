#include "files/bucket/read_ahead.h"

#include <algorithm>
#include <system_error>

namespace claimcheck::files {
namespace {

constexpr std::size_t at_once = 64UL * 1024;

}  // namespace

ReadAhead::ReadAhead(std::unique_ptr<ByteSource> source, std::uint64_t size, Patience patience)
    : source_(std::move(source)), size_(size), patience_(patience) {}

ReadAhead::~ReadAhead() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard guard{mutex_};
    over_ = true;
  }
  changed_.notify_all();
  source_->interrupt();
  thread_.join();
}

/// Whether read() has an answer.
bool ReadAhead::has(std::uint64_t offset) const {
  return offset >= size_ || (offset >= position_ && offset - position_ < held_) || fault_;
}

/// The bytes from `offset` on are to come.
void ReadAhead::want(std::uint64_t offset) {
  if (!thread_.joinable()) {
    position_ = offset;
    ring_.resize(capacity);
    try {
      thread_ = std::thread{[this] { fetch(); }};
    } catch (const std::system_error&) {
      throw Error{Errc::unavailable, "no thread is left"};
    }
  } else if (offset != position_ + held_) {
    position_ = offset;
    held_ = 0;
    ++jumps_;
  }
  changed_.notify_all();
}

bool ReadAhead::is_ready(std::uint64_t offset) {
  const std::lock_guard guard{mutex_};
  if (has(offset)) return true;
  want(offset);
  return false;
}

std::size_t ReadAhead::read(std::uint64_t offset, std::span<char> out) {
  std::unique_lock lock{mutex_};
  if (!has(offset)) want(offset);
  changed_.wait(lock, [&] { return has(offset); });
  if (offset >= size_) return 0;
  const bool is_held = offset >= position_ && offset - position_ < held_;
  if (!is_held && fault_) throw *fault_;
  held_ -= static_cast<std::size_t>(offset - position_);
  position_ = offset;
  const std::size_t count = std::min(out.size(), held_), first = position_ % capacity;
  const std::size_t straight = std::min(count, capacity - first);
  std::copy_n(ring_.begin() + static_cast<std::ptrdiff_t>(first), straight, out.begin());
  std::copy_n(ring_.begin(), count - straight, out.begin() + static_cast<std::ptrdiff_t>(straight));
  position_ += count;
  held_ -= count;
  changed_.notify_all();
  return count;
}

void ReadAhead::fetch() {
  std::vector<char> piece(at_once);
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [&] { return over_ || (!fault_ && held_ < capacity && position_ + held_ < size_); });
    if (over_) return;
    try {
      fetch_piece(lock, piece);
    } catch (const Error& fault) {
      note_fault(lock, fault);
    }
  }
}

/// Lets go of the lock while it waits.
void ReadAhead::fetch_piece(std::unique_lock<std::mutex>& lock, std::span<char> piece) {
  const std::uint64_t offset = position_ + held_, jumps = jumps_;
  const std::uint64_t room = std::min<std::uint64_t>({piece.size(), capacity - held_, size_ - offset});
  lock.unlock();
  const std::size_t count = read_piece(offset, piece.first(room));
  lock.lock();
  if (jumps == jumps_) append(piece.first(count));
}

std::size_t ReadAhead::read_piece(std::uint64_t offset, std::span<char> piece) {
  const auto begun = std::chrono::steady_clock::now();
  if (source_at_ != offset) {
    source_->begin(offset);
    source_at_ = offset;
  }
  const std::size_t count = source_->read(piece);
  if (count == 0) throw Error{Errc::unavailable, "the file was cut off"};
  *source_at_ += count;
  since_failure_ += count;
  if (since_failure_ >= capacity) failures_ = 0;
  waited_ += std::chrono::steady_clock::now() - begun;
  meanwhile_ += count;
  if (waited_ < patience_.slowest_over) return count;
  if (meanwhile_ < patience_.slowest) throw Error{Errc::unavailable, "the file comes too slowly"};
  waited_ = {};
  meanwhile_ = 0;
  return count;
}

/// Another try after a pause, unless it would not help. Whoever locked may have let go.
void ReadAhead::note_fault(std::unique_lock<std::mutex>& lock, const Error& fault) {
  if (!lock.owns_lock()) lock.lock();
  source_at_.reset();
  since_failure_ = meanwhile_ = 0;
  waited_ = {};
  ++failures_;
  if (fault.code() != Errc::unavailable || failures_ >= patience_.tries) {
    fault_ = fault;
    changed_.notify_all();
    return;
  }
  changed_.wait_for(lock, patience_.first_pause * (1 << (failures_ - 1)), [&] { return over_; });
}

void ReadAhead::append(std::span<const char> bytes) {
  const std::size_t first = (position_ + held_) % capacity, straight = std::min(bytes.size(), capacity - first);
  std::ranges::copy(bytes.first(straight), ring_.begin() + static_cast<std::ptrdiff_t>(first));
  std::ranges::copy(bytes.subspan(straight), ring_.begin());
  held_ += bytes.size();
  changed_.notify_all();
}

}  // namespace claimcheck::files
