#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace claimcheck::fcgi {

/// A listening socket.
struct Listener {
  int fd = -1;
  bool lives_on = false;  ///< somebody else holds it too: once we are to end, whoever waits there is for the next worker
};

/// A listening socket at "unix:/path" (mode 0660) or "tcp:127.0.0.1:PORT". A unix socket takes the place of an older one in
/// one step, so that a new worker takes over while the old one drains.
/// Throws Error{unavailable} saying why, Error{bad_request} for an address that is not on this machine.
Listener open_listener(const std::string& address);

/// The listening socket that systemd handed to the process `self`, if it did: descriptor 3, one that only this machine reaches.
/// @param listen_pid, listen_fds  the environment variables of these names; null if they are not set
/// Throws Error{bad_request} if what it handed in is anything else. Source: sd_listen_fds(3).
std::optional<Listener> handed_listener(const char* listen_pid, const char* listen_fds, pid_t self);

/// accept_one() then never waits.
void stop_blocking(int listener);

/// The next connection that is waiting already, or -1. Several threads and processes may accept from the same listener. Waits
/// a moment if there is no descriptor left: others will close some.
int accept_one(int listener);

/// Whether `fd` is a listening socket: mod_fcgid and spawn-fcgi hand one in as descriptor 0.
bool is_listener(int fd);

}  // namespace claimcheck::fcgi
