#include "fcgi/outlet.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace claimcheck::fcgi {

namespace {

Step failed_write() {
  return {.state = errno == EAGAIN || errno == EINTR ? Step::State::would_block : Step::State::gone};
}

}  // namespace

Outlet::~Outlet() {
  close();
}

void Outlet::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

int Outlet::release() {
  return std::exchange(fd_, -1);
}

void Outlet::stop_blocking() {
  if (!blocking_) return;
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  blocking_ = false;
}

bool Outlet::write(std::string_view bytes) {
  stop_blocking();
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (failed_write().state == Step::State::gone || !wait(stall_timeout_))
      return false;
  }
  return true;
}

Step Outlet::send(std::string_view bytes) {
  stop_blocking();
  const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
  if (count < 0) return failed_write();
  return {.state = Step::State::moved, .bytes = static_cast<std::uint64_t>(count)};
}

Step Outlet::send(std::string_view bytes, int flags) {
  stop_blocking();
  const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), flags);
  if (count < 0) return failed_write();
  return {.state = Step::State::moved, .bytes = static_cast<std::uint64_t>(count)};
}

Step Outlet::send_file(int file, std::uint64_t offset, std::uint64_t length) {
  stop_blocking();
  auto position = static_cast<off_t>(offset);
  const ssize_t count = ::sendfile(fd_, file, &position, length);
  if (count > 0) return {.state = Step::State::moved, .bytes = static_cast<std::uint64_t>(count)};
  if (count == 0) return {.state = Step::State::short_file};
  if (errno == EINVAL || errno == ENOSYS) return copy(file, offset, length);
  if (errno == EIO || errno == ESTALE) return {.state = Step::State::short_file};
  return failed_write();
}

Step Outlet::copy(int file, std::uint64_t offset, std::uint64_t length) {
  std::array<char, 65536> buffer{};
  const ssize_t count =
      ::pread(file, buffer.data(), std::min<std::uint64_t>(length, buffer.size()), static_cast<off_t>(offset));
  if (count <= 0) return {.state = Step::State::short_file};
  const ssize_t written = ::write(fd_, buffer.data(), static_cast<std::size_t>(count));
  if (written < 0) return failed_write();
  return {.state = Step::State::moved, .bytes = static_cast<std::uint64_t>(written)};
}

bool Outlet::wait(std::chrono::milliseconds limit) {
  pollfd watched{.fd = fd_, .events = POLLOUT, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(limit.count())) > 0;
}

}  // namespace claimcheck::fcgi
