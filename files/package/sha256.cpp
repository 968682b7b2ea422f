#include "files/package/sha256.h"

#include "core/hmac.h"

namespace claimcheck::files {

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}

void Sha256::update(std::span<const char> piece) {
  EVP_DigestUpdate(context_.get(), piece.data(), piece.size());
}

std::string Sha256::hex() {
  constexpr std::size_t length = 32;
  std::string digest(length, '\0');
  EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return hexadecimal(digest);
}

}  // namespace claimcheck::files
