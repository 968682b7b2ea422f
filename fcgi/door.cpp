#include "fcgi/door.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

/// One thread is woken, and nobody else until it is watched again.
constexpr std::uint32_t once = EPOLLIN | EPOLLONESHOT;

int opened(int fd) {
  if (fd < 0) throw Error{Errc::internal, std::string{"nobody can wait for requests: "} + std::strerror(errno)};
  return fd;
}

}  // namespace

Door::Door(const Listener& listener, const Shutdown& shutdown, Chores& chores)
    : listener_(listener),
      shutdown_(shutdown),
      chores_(chores),
      epoll_(opened(::epoll_create1(EPOLL_CLOEXEC))),
      timer_(opened(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK))) {
  stop_blocking(listener_.fd);
  watch(EPOLL_CTL_ADD, listener_.fd, once);
  watch(EPOLL_CTL_ADD, chores_.descriptor(), once);
  watch(EPOLL_CTL_ADD, timer_.number(), once);
  watch(EPOLL_CTL_ADD, shutdown_.descriptor(), EPOLLIN);
}

void Door::watch(int operation, int fd, std::uint32_t events) const {
  epoll_event event{.events = events, .data = {.fd = fd}};
  ::epoll_ctl(epoll_.number(), operation, fd, &event);
}

Door::Visit Door::next(int patience) {
  epoll_event event{};
  if (::epoll_wait(epoll_.number(), &event, 1, patience) <= 0) return {};
  if (event.data.fd == shutdown_.descriptor()) return {.who = Visitor::shutdown};
  if (event.data.fd == chores_.descriptor()) return {.who = Visitor::chore};
  if (event.data.fd == timer_.number()) return ring();
  return event.data.fd == listener_.fd ? receive() : receive_again(event.data.fd);
}

Door::Visit Door::receive() const {
  const int fd = accept_one(listener_.fd);
  watch(EPOLL_CTL_MOD, listener_.fd, once);
  if (fd < 0) return {};
  return {.who = Visitor::connection, .fd = fd};
}

Door::Visit Door::receive_again(int fd) {
  const std::lock_guard guard{mutex_};
  auto kept = kept_.extract(fd);
  if (kept.empty()) return {};
  return {.who = Visitor::connection, .fd = kept.mapped().release(), .is_back = true};
}

void Door::keep(Descriptor connection) {
  const int fd = connection.number();
  const std::lock_guard guard{mutex_};
  if (leaves_) return;
  kept_.emplace(fd, std::move(connection));
  // It is known already if it was kept before: who is woken only once stays on the list.
  epoll_event event{.events = once, .data = {.fd = fd}};
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, fd, &event) != 0) watch(EPOLL_CTL_ADD, fd, once);
}

bool Door::keeps_any() const {
  const std::lock_guard guard{mutex_};
  return !kept_.empty();
}

/// Whoever hears it sets it again if something is left.
Door::Visit Door::ring() {
  const std::lock_guard guard{mutex_};
  alarm_ = SteadyTime::max();
  return {.who = Visitor::alarm};
}

void Door::wake_at(SteadyTime moment) {
  const std::lock_guard guard{mutex_};
  if (moment >= alarm_) return;
  alarm_ = moment;
  // The steady clock is CLOCK_MONOTONIC; a moment that is past rings at once.
  const auto since_start = std::max(moment.time_since_epoch(), SteadyTime::duration{1});
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_start);
  const itimerspec at{.it_interval = {}, .it_value = {.tv_sec = whole.count(), .tv_nsec = (since_start - whole).count()}};
  ::timerfd_settime(timer_.number(), TFD_TIMER_ABSTIME, &at, nullptr);
  watch(EPOLL_CTL_MOD, timer_.number(), once);
}

void Door::looked_for_chore() {
  watch(EPOLL_CTL_MOD, chores_.descriptor(), once);
}

void Door::prepare_to_leave() {
  if (listener_.lives_on) ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, listener_.fd, nullptr);
  const std::lock_guard guard{mutex_};
  leaves_ = true;
}

}  // namespace claimcheck::fcgi
