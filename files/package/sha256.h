#pragma once

#include <openssl/evp.h>

#include <memory>
#include <span>
#include <string>

namespace claimcheck::files {

/// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void update(std::span<const char> piece);
  /// Of all pieces, as 64 lower-case hexadecimal digits; ask once.
  std::string hex();

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace claimcheck::files
