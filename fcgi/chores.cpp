#include "fcgi/chores.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace claimcheck::fcgi {

Chores::Chores() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {
  if (fd_ < 0) throw Error{Errc::internal, std::string{"no eventfd: "} + std::strerror(errno)};
}

Chores::~Chores() {
  ::close(fd_);
}

void Chores::add(Chore chore) {
  const std::lock_guard guard{mutex_};
  chores_.push_back(std::move(chore));
  ::eventfd_write(fd_, 1);
}

bool Chores::waiting() const {
  const std::lock_guard guard{mutex_};
  return !chores_.empty();
}

std::optional<Chore> Chores::take() {
  const std::lock_guard guard{mutex_};
  if (chores_.empty()) return std::nullopt;
  eventfd_t one = 0;
  ::eventfd_read(fd_, &one);
  std::optional<Chore> chore{std::move(chores_.front())};
  chores_.pop_front();
  return chore;
}

}  // namespace claimcheck::fcgi
