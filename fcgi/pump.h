#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "fcgi/chores.h"
#include "fcgi/delivery.h"

namespace claimcheck::fcgi {

/// Carries on what a request thread would have to wait for: one thread and one epoll for all deliveries of the process. What
/// is over goes to the chores, to be settled; then what ends the answer may come back here.
class Pump {
 public:
  /// Keeps references; both must outlive it. Starts its thread.
  Pump(Chores& chores, Checkpoints& checkpoints);
  /// Drops what it still carries: drain first.
  ~Pump();
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  /// Takes a delivery whose stream is not over.
  void carry_on(std::unique_ptr<Delivery> delivery);
  /// Takes a connection whose answer is complete but for its end: sends what is missing of that, and closes it when the front
  /// end has done so, or after a moment.
  void see_off(std::unique_ptr<Connection> connection, std::chrono::seconds stall_timeout);
  /// How many it carries.
  std::size_t load() const { return load_; }

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// One connection: with a delivery under way, or with only its end to be sent and read.
  struct Passenger {
    std::unique_ptr<Delivery> delivery;
    std::unique_ptr<Connection> leaving;
    SteadyTime deadline;        ///< of `leaving`
    bool ended = false;         ///< the end is sent; the front end has a moment to close
    SteadyTime wake;            ///< as in `alarms_`
    std::uint32_t watched = 0;  ///< epoll events
    bool queued = false;        ///< in `ready_`
    int descriptor() const { return leaving ? leaving->descriptor() : delivery->connection->descriptor(); }
  };

  void run();
  void board();
  void advance(std::uint64_t id, std::uint32_t events, SteadyTime now);
  void advance(std::uint64_t id, Passenger& passenger, SteadyTime now);
  void see_off(std::uint64_t id, Passenger& passenger, SteadyTime now);
  void watch(std::uint64_t id, Passenger& passenger, std::uint32_t events);
  void set_alarm(std::uint64_t id, Passenger& passenger, SteadyTime wake);
  void drop(std::uint64_t id);
  void hand_back(std::uint64_t id);
  void wake_up() const;

  Chores& chores_;
  Checkpoints& checkpoints_;
  int epoll_, bell_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> load_ = 0;
  std::mutex mutex_;
  std::vector<Passenger> waiting_;  ///< to be taken on board
  // These belong to the pump's own thread.
  std::map<std::uint64_t, Passenger> passengers_;
  std::set<std::pair<SteadyTime, std::uint64_t>> alarms_;
  std::deque<std::uint64_t> ready_;  ///< they could send more at once
  std::uint64_t last_id_ = 0;
  std::jthread thread_;
};

}  // namespace claimcheck::fcgi
