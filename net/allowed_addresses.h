#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "net/resolver.h"

namespace claimcheck::net {

/// A server that the configuration names.
struct Destination {
  std::string scheme;              ///< "https" or "http"
  std::string host;                ///< a name, or an address as text
  bool private_addresses = false;  ///< whether it may be in a private network, or this machine; http:// is for these only
};

/// Every address that the host has, if all of them may be asked: what its name stands for the next time does not matter then.
/// Throws Error{unavailable} if it has others, or cannot be looked up before the deadline.
std::vector<std::string> allowed_addresses(const Destination& destination, const Resolve& resolve,
                                           std::chrono::steady_clock::time_point deadline);

}  // namespace claimcheck::net
