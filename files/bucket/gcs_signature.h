#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "files/bucket/presigned.h"

namespace claimcheck::files {

/// A service account of Google Cloud with its private key. Safe to share between threads.
class ServiceAccount {
 public:
  /// Reads the JSON file that Google gives out for an account's key. Throws Error{bad_request} if it is none; the text says
  /// nothing of what is in it.
  explicit ServiceAccount(std::string_view json);

  const std::string& email() const { return email_; }
  /// RSA-SHA256 (PKCS #1 v1.5) of a text, in hexadecimal digits.
  std::string sign(std::string_view text) const;

 private:
  std::string email_;
  std::shared_ptr<EVP_PKEY> key_;
};

/// Presigns with GOOG4-RSA-SHA256. Source: Google Cloud Storage, "V4 signing process"; vectors in tests/data/gcs-v4.
Presigned presign_gcs(const ObjectRequest& request, const ServiceAccount& account);

}  // namespace claimcheck::files
