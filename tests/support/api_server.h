#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace claimcheck::test {

/// An authority for certificates, in a folder of its own.
class Authority {
 public:
  Authority();

  enum class Validity { now, over };
  /// Makes `NAME.pem` and `NAME.key`, valid for `names` ("DNS:localhost").
  void issue(const std::string& name, const std::string& names, Validity validity = Validity::now);
  std::filesystem::path certificate() const { return folder_ / "authority.pem"; }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

/// A web server on a free loopback port that behaves as badly as the first part of a path says: see api_server.py. Whatever it
/// does, the body it sends is what say() was given last, so that whoever believes it gets a good answer.
class ApiServer {
 public:
  enum class Tls {
    modern,
    old,     ///< 1.0 only
    silent,  ///< none: it takes connections and says nothing
    slow,    ///< a handshake of one byte every half second
    none,    ///< plain HTTP
  };

  /// With the certificate of that name that `authority` issued.
  ApiServer(const Authority& authority, const std::string& name, Tls tls = Tls::modern);

  int port() const { return port_; }
  /// "https://localhost:PORT", or http://
  std::string origin() const;
  /// What "/good" and all the bad ways answer with.
  void say(const std::string& body);
  /// What "/file/NAME" and "/v1/…/NAME" answer with; the latter with 404 until then.
  void keep(const std::string& name, const std::string& body);
  /// The paths that were asked for.
  std::vector<std::string> paths() const;
  /// How many connections were made, besides the one that found out whether it listens.
  std::size_t connections() const;

 private:
  TemporaryFolder folder_;
  Tls tls_;
  int port_;
  std::optional<Process> process_;
  std::size_t before_ = 0;
};

}  // namespace claimcheck::test
