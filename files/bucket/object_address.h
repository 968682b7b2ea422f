#pragma once

#include <string>
#include <string_view>

#include "core/settings.h"

namespace claimcheck::files {

/// Where an object of a bucket lies: what its URL says before the query.
struct ObjectAddress {
  std::string scheme;     ///< "https" or "http"
  std::string authority;  ///< host, and port if it is named, such as "storage.googleapis.com:443"
  std::string path;       ///< percent-encoded, with a slash in front
};

/// The address of the object `key` in `bucket`; an empty key stands for the bucket itself. Slashes of the key stay as they are,
/// also several in a row. Source: Amazon S3's and Google's descriptions of path-style and virtual-hosted-style requests.
///
/// @param endpoint  "https://" or "http://", a host, and a port if need be; nothing behind it. With UrlStyle::bound the host is
///                  the bucket's own.
ObjectAddress object_address(std::string_view endpoint, std::string_view bucket, std::string_view key, UrlStyle style);

/// The host as a client sends it: without a port that is the scheme's own (443, 80).
std::string host_field(const ObjectAddress& address);

}  // namespace claimcheck::files
