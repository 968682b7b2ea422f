#pragma once

#include <unistd.h>

#include <utility>

namespace claimcheck {

/// Owns a file descriptor, which is closed when this goes. Movable; may have none.
class Descriptor {
 public:
  /// @param number  what open(2) and its like returned: negative is none
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  /// Negative if there is none.
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  /// Leaves it to the caller.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace claimcheck
