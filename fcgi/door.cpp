#include "fcgi/door.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

/// One thread is woken, and nobody else until it is watched again.
constexpr std::uint32_t once = EPOLLIN | EPOLLONESHOT;
constexpr int a_moment = 50;  // milliseconds

}  // namespace

Door::Door(const Listener& listener, const Shutdown& shutdown, Chores& chores)
    : listener_(listener), shutdown_(shutdown), chores_(chores), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw Error{Errc::internal, std::string{"no epoll: "} + std::strerror(errno)};
  ::fcntl(listener_.fd, F_SETFL, ::fcntl(listener_.fd, F_GETFL) | O_NONBLOCK);
  watch(EPOLL_CTL_ADD, listener_.fd, once);
  watch(EPOLL_CTL_ADD, chores_.descriptor(), once);
  watch(EPOLL_CTL_ADD, shutdown_.descriptor(), EPOLLIN);
}

Door::~Door() {
  ::close(epoll_);
}

void Door::watch(int operation, int fd, std::uint32_t events) const {
  epoll_event event{.events = events, .data = {.fd = fd}};
  ::epoll_ctl(epoll_, operation, fd, &event);
}

Door::Visit Door::next(int patience) {
  epoll_event event{};
  if (::epoll_wait(epoll_, &event, 1, patience) <= 0) return {};
  if (event.data.fd == shutdown_.descriptor()) return {.who = Visitor::shutdown};
  if (event.data.fd == chores_.descriptor()) return {.who = Visitor::chore};
  return accept_one();
}

/// Several processes may accept from the same listener.
Door::Visit Door::accept_one() const {
  const int fd = ::accept4(listener_.fd, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
    ::poll(nullptr, 0, a_moment);  // others will close some
  watch(EPOLL_CTL_MOD, listener_.fd, once);
  if (fd < 0) return {};
  return {.who = Visitor::connection, .fd = fd};
}

void Door::looked_for_chore() {
  watch(EPOLL_CTL_MOD, chores_.descriptor(), once);
}

void Door::stop_accepting() {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, listener_.fd, nullptr);
}

}  // namespace claimcheck::fcgi
