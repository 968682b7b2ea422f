#include "core/hmac.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "core/error.h"

namespace claimcheck {

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::array<unsigned char, 32> sum{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
           message.size(), sum.data(), &size) == nullptr)
    throw Error{Errc::internal, "HMAC-SHA256 failed"};
  return {sum.begin(), sum.end()};
}

std::string hmac_sha256_hex(std::string_view key, std::string_view message) {
  return hexadecimal(hmac_sha256(key, message));
}

std::string hexadecimal(std::string_view octets) {
  std::string hex;
  for (const char octet : octets) hex += fmt::format("{:02x}", static_cast<unsigned char>(octet));
  return hex;
}

}  // namespace claimcheck
