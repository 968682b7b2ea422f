#include "files/bucket/interruption.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "core/error.h"

namespace claimcheck::files {

void Interruption::watch(int socket) {
  const std::lock_guard guard{mutex_};
  socket_ = Descriptor{::fcntl(socket, F_DUPFD_CLOEXEC, 0)};
  if (!socket_) throw Error{Errc::unavailable, "no descriptors are left"};
  if (interrupted_) cut();
}

void Interruption::interrupt() {
  const std::lock_guard guard{mutex_};
  interrupted_ = true;
  cut();
}

void Interruption::cut() const {
  if (socket_) ::shutdown(socket_.number(), SHUT_RDWR);
}

}  // namespace claimcheck::files
