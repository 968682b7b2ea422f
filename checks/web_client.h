#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/settings.h"
#include "net/resolver.h"

namespace claimcheck::checks {

struct WebRequest {
  std::string method = "GET";
  std::string url;  ///< https://…; http://… only where private addresses are allowed, and to such an address
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct WebAnswer {
  int status = 0;
  std::string body;
};

/// Asks a web server that the configuration names. Belongs to one thread.
class WebClient {
 public:
  virtual ~WebClient() = default;

  /// Sends one request and reads the whole answer, whatever its status; redirects are answers.
  /// Throws Error{unavailable} if there is none in time or it is over 1 MiB, if the server's certificate is not right, or if
  /// its address must not be asked. The text names the host, and nothing else of what was sent.
  virtual WebAnswer send(const WebRequest& request) = 0;
};

/// A client with the settings' `ca_file`, `private_addresses` and `timeout`: that is for everything together, from looking the
/// name up to the last byte. The name is looked up once, and what was found is what is connected to. TLS is 1.2 or later, the
/// certificate must be valid for the name.
std::unique_ptr<WebClient> open_web_client(const CheckSettings& settings, net::Resolve resolve);

}  // namespace claimcheck::checks
