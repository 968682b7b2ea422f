#include "net/allowed_addresses.h"

#include <algorithm>

#include "core/error.h"
#include "net/public_address.h"

namespace claimcheck::net {

std::vector<std::string> allowed_addresses(const Destination& destination, const Resolve& resolve,
                                           std::chrono::steady_clock::time_point deadline) {
  const auto fail = [&](const char* what) { throw Error{Errc::unavailable, destination.host + ": " + what}; };
  std::vector<std::string> addresses = resolve(destination.host, deadline);
  if (destination.scheme == "http" && (!destination.private_addresses || std::ranges::any_of(addresses, is_public_address)))
    fail("http:// is for private addresses only, and these must be allowed");
  if (!destination.private_addresses && !std::ranges::all_of(addresses, is_public_address))
    fail("has an address that is not of the internet, and private_addresses is not set");
  return addresses;
}

}  // namespace claimcheck::net
