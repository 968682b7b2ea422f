#include "net/tls.h"

namespace claimcheck::net {

using Poco::Net::Context;
using Poco::Net::SecureStreamSocket;

Context::Ptr verifying_context(const std::string& ca_file) {
  Context::Params params;
  params.caLocation = ca_file;
  params.loadDefaultCAs = ca_file.empty();
  params.verificationMode = Context::VERIFY_STRICT;
  params.cipherList = "HIGH:!aNULL:!MD5";
  Context::Ptr context{new Context{Context::TLS_CLIENT_USE, params}};
  context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
  return context;
}

std::optional<SecureStreamSocket> begin_tls(const Poco::Net::StreamSocket& connection, const std::string& host,
                                            const Context::Ptr& context) {
  SecureStreamSocket secure = SecureStreamSocket::attach(connection, host, context);
  // A handshake that was cut, or whose time is over, is no failure to Poco: the next write would go on with it, and the host's
  // name would never be looked at.
  if (!secure.havePeerCertificate()) return std::nullopt;
  secure.verifyPeerCertificate(host);
  return secure;
}

}  // namespace claimcheck::net
