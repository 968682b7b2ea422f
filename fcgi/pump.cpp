#include "fcgi/pump.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::uint64_t bell_id = 0;
constexpr std::uint32_t gone = EPOLLHUP | EPOLLERR | EPOLLRDHUP;
constexpr int for_ever = -1;

int opened(int fd) {
  if (fd < 0) throw Error{Errc::internal, std::string{"the pump cannot be set up: "} + std::strerror(errno)};
  return fd;
}

}  // namespace

Pump::Pump(Chores& chores, Checkpoints& checkpoints)
    : chores_(chores),
      checkpoints_(checkpoints),
      epoll_(opened(::epoll_create1(EPOLL_CLOEXEC))),
      bell_(opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = bell_id}};
  opened(::epoll_ctl(epoll_, EPOLL_CTL_ADD, bell_, &event));
  thread_ = std::jthread{[this] { run(); }};
}

Pump::~Pump() {
  stop_ = true;
  wake_up();
  thread_.join();
  ::close(bell_);
  ::close(epoll_);
}

void Pump::wake_up() const {
  ::eventfd_write(bell_, 1);
}

void Pump::carry_on(std::unique_ptr<Delivery> delivery) {
  const AdmittedDelivery& admitted = delivery->admitted;
  if (!admitted.claim.empty()) {
    const auto later = [this](Checkpoint checkpoint) { chores_.add(std::move(checkpoint)); };
    delivery->stream.tell_to(
        [this, token = admitted.token, id = admitted.delivery.id, later](std::uint64_t sent, Asking asking) {
          return checkpoints_.tell(token, id, sent, asking, std::chrono::steady_clock::now(), later);
        });
  }
  Passenger passenger;
  passenger.wake = delivery->stream.wake();
  passenger.delivery = std::move(delivery);
  const std::lock_guard guard{mutex_};
  ++load_;
  waiting_.push_back(std::move(passenger));
  wake_up();
}

void Pump::see_off(std::unique_ptr<Connection> connection, std::chrono::seconds stall_timeout) {
  Passenger passenger;
  passenger.leaving = std::move(connection);
  passenger.wake = passenger.deadline = std::chrono::steady_clock::now() + stall_timeout;
  const std::lock_guard guard{mutex_};
  ++load_;
  waiting_.push_back(std::move(passenger));
  wake_up();
}

/// Takes on what request threads have brought.
void Pump::board() {
  eventfd_t rung = 0;
  ::eventfd_read(bell_, &rung);
  std::vector<Passenger> arrived;
  {
    const std::lock_guard guard{mutex_};
    arrived.swap(waiting_);
  }
  for (Passenger& each : arrived) {
    const std::uint64_t id = ++last_id_;
    Passenger& passenger = passengers_.emplace(id, std::move(each)).first->second;
    epoll_event event{.events = EPOLLRDHUP, .data = {.u64 = id}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, passenger.descriptor(), &event);
    passenger.watched = EPOLLRDHUP;
    alarms_.emplace(passenger.wake, id);
    advance(id, passenger, std::chrono::steady_clock::now());
  }
}

void Pump::run() {
  std::array<epoll_event, 256> events{};
  while (!stop_) {
    auto now = std::chrono::steady_clock::now();
    int patience = for_ever;
    if (!ready_.empty())
      patience = 0;
    else if (!alarms_.empty())
      patience = static_cast<int>(
          std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(alarms_.begin()->first - now).count()));
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience);
    now = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events.at(static_cast<std::size_t>(i));
      if (event.data.u64 == bell_id)
        board();
      else
        advance(event.data.u64, event.events, now);
    }
    // Each of those that could go on gets one turn before the next look at the others.
    for (std::size_t turns = ready_.size(); turns > 0; --turns) {
      const std::uint64_t id = ready_.front();
      ready_.pop_front();
      const auto found = passengers_.find(id);
      if (found == passengers_.end()) continue;
      found->second.queued = false;
      advance(id, found->second, now);
    }
    while (!alarms_.empty() && alarms_.begin()->first <= now) {
      const std::uint64_t id = alarms_.begin()->second;
      alarms_.erase(alarms_.begin());
      const auto found = passengers_.find(id);
      found->second.wake = {};
      if (!found->second.queued) advance(id, found->second, now);
    }
  }
}

void Pump::advance(std::uint64_t id, std::uint32_t events, SteadyTime now) {
  const auto found = passengers_.find(id);
  if (found == passengers_.end()) return;
  Passenger& passenger = found->second;
  if ((events & gone) != 0 && passenger.delivery) {
    passenger.delivery->stream.abandon();
    return hand_back(id);
  }
  if (!passenger.queued) advance(id, passenger, now);
}

void Pump::advance(std::uint64_t id, Passenger& passenger, SteadyTime now) {
  if (passenger.leaving) return see_off(id, passenger, now);
  switch (passenger.delivery->stream.advance(now)) {
    case Stream::Turn::more:
      passenger.queued = true;
      ready_.push_back(id);
      return;
    case Stream::Turn::blocked:
      watch(id, passenger, EPOLLOUT | EPOLLRDHUP);
      return set_alarm(id, passenger, passenger.delivery->stream.wake());
    case Stream::Turn::resting:
      watch(id, passenger, EPOLLRDHUP);
      return set_alarm(id, passenger, passenger.delivery->stream.wake());
    case Stream::Turn::over:
      return hand_back(id);
  }
}

/// Sends the end; then waits a moment for the front end to close.
void Pump::see_off(std::uint64_t id, Passenger& passenger, SteadyTime now) {
  if (now >= passenger.deadline) return drop(id);
  if (passenger.ended) {
    std::array<char, 4096> ignored{};
    const ssize_t count = ::read(passenger.descriptor(), ignored.data(), ignored.size());
    if (count == 0 || (count < 0 && errno != EAGAIN)) return drop(id);
  } else {
    switch (passenger.leaving->send_end().state) {
      case Step::State::moved:
        if (!passenger.leaving->lingers()) return drop(id);
        passenger.ended = true;
        passenger.deadline = now + longest_linger;
        break;
      case Step::State::would_block:
        break;
      default:
        return drop(id);
    }
  }
  // A front end that has closed its half may still read.
  watch(id, passenger, passenger.ended ? EPOLLIN : EPOLLOUT);
  set_alarm(id, passenger, passenger.deadline);
}

void Pump::watch(std::uint64_t id, Passenger& passenger, std::uint32_t events) {
  if (passenger.watched == events) return;
  epoll_event event{.events = events, .data = {.u64 = id}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, passenger.descriptor(), &event);
  passenger.watched = events;
}

void Pump::set_alarm(std::uint64_t id, Passenger& passenger, SteadyTime wake) {
  if (passenger.wake == wake) return;
  alarms_.erase({passenger.wake, id});
  alarms_.emplace(wake, id);
  passenger.wake = wake;
}

void Pump::drop(std::uint64_t id) {
  const auto found = passengers_.find(id);
  alarms_.erase({found->second.wake, id});
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, found->second.descriptor(), nullptr);
  found->second.leaving->close();
  passengers_.erase(found);
  --load_;
}

/// To be settled.
void Pump::hand_back(std::uint64_t id) {
  const auto found = passengers_.find(id);
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, found->second.descriptor(), nullptr);
  chores_.add(std::move(found->second.delivery));
  alarms_.erase({found->second.wake, id});
  passengers_.erase(found);
  --load_;
}

}  // namespace claimcheck::fcgi
