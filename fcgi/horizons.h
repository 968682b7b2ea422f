#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fcgi/shared_memory.h"

namespace claimcheck::fcgi {

/// Until when something is taken: nanoseconds of the steady clock, which all processes of a machine share.
using Horizon = std::atomic<std::int64_t>;

/// Horizons by name, in a table of fixed size that all processes of this user share which give it the same name; if there is
/// no shared memory to be had, known to this process alone. Safe to share between threads.
class Horizons {
 public:
  /// Known to this process alone.
  Horizons();
  explicit Horizons(const std::string& shared_name);

  /// The horizon of that name. One that lies before `free_before` is nobody's any more and may be given to another name.
  /// @return nullptr if the table is full near where the name belongs
  Horizon* find(const std::string& name, std::int64_t free_before);

  bool is_shared() const { return own_.empty(); }

 private:
  struct Slot {
    std::atomic<std::uint64_t> key;
    Horizon horizon;
  };
  static_assert(Horizon::is_always_lock_free, "locks cannot be shared by processes");

  SharedMemory memory_;
  std::vector<Slot> own_;
  std::span<Slot> slots_;
};

}  // namespace claimcheck::fcgi
