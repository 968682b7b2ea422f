#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "files/bucket/object_address.h"

namespace claimcheck::files {

/// Names with values, as they are, not encoded.
using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr seconds longest_presigned{7 * 24 * 3600};

/// A request for an object whose URL is to carry its signature.
struct ObjectRequest {
  std::string method = "GET";
  ObjectAddress address;
  Fields query;      ///< parameters besides those of the signature
  Fields headers;    ///< besides Host: whoever uses the URL has to send them as they are here
  seconds lifetime;  ///< of the URL: 1 s to longest_presigned
  Time now;
};

/// A presigned request.
struct Presigned {
  std::string url;
  std::string canonical_request, string_to_sign;  ///< what the signature is made of
};

/// In which order a URL has its query; servers do not mind.
enum class QueryOrder { as_given, sorted };

/// How a service writes what all that sign in this way have in common.
struct SignatureDialect {
  std::string algorithm;      ///< "AWS4-HMAC-SHA256"
  std::string letters;        ///< what its parameters' names begin with: "X-Amz-"
  std::string account;        ///< who signs: the first part of the credential
  std::string scope;          ///< the others without the date: "us-east-1/s3/aws4_request"
  Fields more;                ///< parameters that stand behind those of the signature
  std::string payload_field;  ///< lower-case name of the header that tells the body's SHA-256
  QueryOrder order = QueryOrder::as_given;
  /// The signature of a text, in hexadecimal digits. @param date  "20260203", which the scope begins with
  std::function<std::string(const std::string& date, const std::string& text)> sign;
};

/// Presigns a request whose body is not signed. Throws Error{internal} for a lifetime that no service takes.
/// Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)"; Google, "V4 signing process".
Presigned presign(const ObjectRequest& request, const SignatureDialect& dialect);

}  // namespace claimcheck::files
