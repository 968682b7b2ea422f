#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <optional>
#include <string>

namespace claimcheck::net {

/// What clients ask of servers: TLS 1.2 or later, and a certificate from one of the authorities in `ca_file` (empty: the
/// system's). Throws Poco::Exception if the file cannot be read.
Poco::Net::Context::Ptr verifying_context(const std::string& ca_file);

/// Begins TLS as a client of `host`, for whom the server's certificate must be valid. Throws Poco::Exception.
/// @return nothing if the handshake was cut or not over in time
std::optional<Poco::Net::SecureStreamSocket> begin_tls(const Poco::Net::StreamSocket& connection, const std::string& host,
                                                       const Poco::Net::Context::Ptr& context);

}  // namespace claimcheck::net
