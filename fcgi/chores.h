#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>

#include "fcgi/delivery.h"

namespace claimcheck::fcgi {

/// What the pump leaves to the request threads, because they have the stores: to settle and end a delivery that is over, or to
/// write a checkpoint.
using Chore = std::variant<std::unique_ptr<Delivery>, Checkpoint>;

/// Chores that wait for a request thread, first come, first served. Safe to share between threads.
class Chores {
 public:
  Chores();
  ~Chores();
  Chores(const Chores&) = delete;
  Chores& operator=(const Chores&) = delete;

  void add(Chore chore);
  /// @return nothing if there is none
  std::optional<Chore> take();
  bool waiting() const;
  /// Readable while there are chores.
  int descriptor() const { return fd_; }

 private:
  int fd_;
  mutable std::mutex mutex_;
  std::deque<Chore> chores_;
};

}  // namespace claimcheck::fcgi
