#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "core/removals.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// Removals over a Memory.
class MemoryRemovals final : public Removals {
 public:
  explicit MemoryRemovals(Memory& memory) : memory_(memory) {}

  void add(const Removal& removal) override {
    const std::lock_guard guard{memory_.mutex_};
    memory_.removals_.insert_or_assign(removal.key(), removal);
  }

  std::vector<Removal> list(const std::string& after, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<Removal> removals;
    for (auto next = memory_.removals_.upper_bound(after); next != memory_.removals_.end() && std::ssize(removals) < limit;
         ++next)
      removals.push_back(next->second);
    return removals;
  }

  void drop(const Removal& removal) override {
    const std::lock_guard guard{memory_.mutex_};
    memory_.removals_.erase(removal.key());
  }

 private:
  Memory& memory_;
};

}  // namespace claimcheck::test
