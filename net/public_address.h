#pragma once

#include <string>

namespace claimcheck::net {

/// Whether an address, as numeric text, is one of the internet's: not of this machine, of a private or a provider's network,
/// of a link (where clouds keep their metadata), nor reserved. IPv4 addresses inside of IPv6 ones (mapped, NAT64, 6to4) count
/// as what they are. Text that is no address is not public.
/// Source: IANA's special-purpose address registries (RFC 6890).
bool is_public_address(const std::string& address);

}  // namespace claimcheck::net
