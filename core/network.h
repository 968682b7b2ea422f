#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace claimcheck {

/// The address's network, as little as is useful: IPv4 without its last 8 bits, IPv6 without its last 64, IPv4-mapped IPv6
/// likewise ("::ffff:203.0.113.0"). Text that is no address becomes "0.0.0.0".
std::string anonymised(std::string_view address);

/// Who really asks: the peer, unless it is one of `trusted_proxies`; then the right-most address of the X-Forwarded-For
/// field that is not one of them. Anything that is no address ends the search.
std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const std::vector<std::string>& trusted_proxies);

}  // namespace claimcheck
