#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "core/descriptor.h"
#include "fcgi/chores.h"
#include "fcgi/listener.h"
#include "fcgi/shutdown.h"

namespace claimcheck::fcgi {

/// Where the request threads of a process wait: for a connection, for a chore, for the alarm, for the end. Whatever comes wakes
/// one of them, except for the end, which wakes all. Safe to share between threads.
class Door {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  enum class Visitor {
    nobody,
    connection,  ///< it belongs to whom it was given
    chore,       ///< perhaps; who has looked for it must say so by looked_for_chore()
    alarm,       ///< the moment that was set has come
    shutdown,    ///< requested; told again and again
  };
  struct Visit {
    Visitor who = Visitor::nobody;
    int fd = -1;           ///< of a connection
    bool is_back = false;  ///< it was kept, and its next request is there, or its end
  };

  /// Keeps references. Throws Error{internal}.
  Door(const Listener& listener, const Shutdown& shutdown, Chores& chores);
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Waits until somebody comes, at most `patience` milliseconds; -1: for ever.
  Visit next(int patience);
  void looked_for_chore();
  /// Sets the alarm, unless it is set to an earlier moment.
  void wake_at(SteadyTime moment);
  /// Waits for the next request on a connection that was answered; or closes it, after prepare_to_leave().
  void keep(Descriptor connection);
  /// A listener that lives on is left to others, and nobody is kept any more. Who rests here already may still ask for
  /// something as long as the process lives.
  void prepare_to_leave();

  /// Whether the listener lives on without this process.
  bool listener_lives_on() const { return listener_.lives_on; }
  int listener() const { return listener_.fd; }
  /// Whether a kept connection waits for its next request.
  bool keeps_any() const;

 private:
  void watch(int operation, int fd, std::uint32_t events) const;
  Visit receive() const;
  Visit receive_again(int fd);
  Visit ring();

  const Listener listener_;
  const Shutdown& shutdown_;
  const Chores& chores_;
  Descriptor epoll_, timer_;
  mutable std::mutex mutex_;
  SteadyTime alarm_ = SteadyTime::max();
  bool leaves_ = false;
  std::unordered_map<int, Descriptor> kept_;  ///< those at rest, by their numbers
};

}  // namespace claimcheck::fcgi
