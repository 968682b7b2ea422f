#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace claimcheck::files {

/// Room for so many at once, and no more. Safe to share between threads.
class Places {
 public:
  explicit Places(std::size_t most);

  /// A place, which is free again when this goes, whatever has become of this object. Throws Error{unavailable} if there is
  /// none.
  std::shared_ptr<void> take();

 private:
  std::size_t most_;
  std::shared_ptr<std::atomic<std::size_t>> taken_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace claimcheck::files
