#pragma once

#include <Poco/Net/Context.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "files/bucket/interruption.h"
#include "files/bucket/object_address.h"
#include "files/bucket/presigned.h"

namespace claimcheck::files {

/// The server of a bucket, for whose name its certificate must be valid.
struct BucketServer {
  std::string scheme;  ///< "https" or "http"
  std::string host;
  std::uint16_t port = 443;
  std::vector<std::string> addresses;    ///< of the host, as numeric text; those that may be asked
  Poco::Net::Context::Ptr context = {};  ///< for https, see net/tls.h
};

/// How the server's answer begins.
struct ObjectAnswer {
  int status = 0;
  std::optional<std::uint64_t> length;  ///< Content-Length
  std::string etag, last_modified, content_range;
};

/// One request to a bucket and its answer. Belongs to one thread, but for the Interruption.
class ObjectConnection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  virtual ~ObjectConnection() = default;
  /// How the answer begins.
  virtual const ObjectAnswer& answer() const = 0;
  /// Waits for the next bytes of the body, which are at least one; 0 at its end. Throws Error{unavailable} if they do not come,
  /// or the interruption does.
  virtual std::size_t read(std::span<char> out) = 0;
};

/// A connection that asks once. Redirects are answers. All of it, up to the end of the answer's head, is over before the
/// deadline, whatever the server does. Throws Error{unavailable}; the text names the host, and nothing of what was sent.
///
/// @param url      signed, of `server`
/// @param headers  besides Host
std::unique_ptr<ObjectConnection> ask(const BucketServer& server, const std::string& method, const std::string& url,
                                      const Fields& headers, ObjectConnection::Deadline deadline, Interruption& interruption);

}  // namespace claimcheck::files
