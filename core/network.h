#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace claimcheck {

/// What is recorded of a client's address: in the database and in the log.
enum class IpLog {
  none,
  anonymised,  ///< its network, see anonymised()
  full,
};

/// The address's network, as little as is useful: IPv4 without its last 8 bits, IPv6 without its last 64, IPv4-mapped IPv6
/// likewise ("::ffff:203.0.113.0"). Text that is no address becomes "0.0.0.0".
std::string anonymised(std::string_view address);

/// Whether text is an IPv4 or IPv6 address.
bool is_address(std::string_view text);

/// The one spelling of an address: IPv6 as RFC 5952 has it, IPv4-mapped as IPv4; text that is no address as it is.
std::string canonical(std::string_view address);

/// What is recorded of an address: "" for IpLog::none; text that is no address is "0.0.0.0" else.
std::string recorded(std::string_view address, IpLog ip_log);

/// What is left of a recorded address once its person is forgotten: as anonymised() has it; "" stays "".
std::string forgotten(std::string_view recorded);

/// Who really asks: the peer, unless it is one of `trusted_proxies`; then the right-most address of the X-Forwarded-For
/// field that is not one of them. Anything that is no address ends the search.
std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const std::vector<std::string>& trusted_proxies);

}  // namespace claimcheck
