#pragma once

#include <string>

namespace claimcheck::fcgi {

/// A listening socket at "unix:/path" (mode 0660) or "tcp:127.0.0.1:PORT". A unix socket takes the place of an older one in
/// one step, so that a new worker takes over while the old one drains.
/// Throws Error{unavailable} saying why, Error{bad_request} for an address that is not on this machine.
int open_listener(const std::string& address);

/// Whether `fd` is a listening socket: mod_fcgid, spawn-fcgi and systemd hand one in as descriptor 0.
bool is_listener(int fd);

}  // namespace claimcheck::fcgi
