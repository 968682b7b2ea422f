#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace claimcheck::fcgi {

/// POSIX shared memory of all processes of this user that give the same name; all zero at first. It outlives them, so whoever
/// changes what lies in it gives it another name.
class SharedMemory {
 public:
  /// None.
  SharedMemory() = default;
  /// None if there is none to be had, or if somebody else made it.
  /// @param name  begins with its only slash
  SharedMemory(const std::string& name, std::size_t size);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// nullptr if there is none. Aligned to a page.
  void* data() const { return memory_.data(); }

 private:
  std::span<std::byte> memory_;
};

}  // namespace claimcheck::fcgi
