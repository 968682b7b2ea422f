#include "core/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

#include "core/base64.h"
#include "core/error.h"

namespace claimcheck {
namespace {

constexpr int nonce_length = 12;
constexpr int tag_length = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void require(int succeeded) {
  if (succeeded != 1) throw Error{Errc::internal, "OpenSSL cannot seal"};
}

}  // namespace

Seal::Seal(std::string_view key) {
  if (key.size() < shortest_key) throw Error{Errc::bad_request, "a key to seal mails with must have at least 32 characters"};
  SHA256(octets(key), key.size(), key_.data());
}

Seal::~Seal() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

std::string Seal::close(std::string_view text, std::string_view place, const Random& random) const {
  std::string bytes(nonce_length + text.size() + tag_length, '\0');
  unsigned char* sealed = octets(bytes);
  random(std::span{sealed, nonce_length});
  const Context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  int length = 0;
  require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), sealed));
  require(EVP_EncryptUpdate(context.get(), nullptr, &length, octets(place), static_cast<int>(place.size())));
  unsigned char* body = sealed + nonce_length;
  require(EVP_EncryptUpdate(context.get(), body, &length, octets(text), static_cast<int>(text.size())));
  require(EVP_EncryptFinal_ex(context.get(), body + length, &length));
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_length, body + text.size()));
  return base64(bytes);
}

std::string Seal::derived(const std::string& purpose) const {
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::array<unsigned char, 32> bytes{};
  derived_random(std::string{key_.begin(), key_.end()}, purpose)(bytes);
  std::string text;
  for (const unsigned char byte : bytes) text.append({hexadecimal[byte >> 4U], hexadecimal[byte & 15U]});
  return text;
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view place) const {
  auto bytes = from_base64(sealed);
  if (!bytes || bytes->size() < nonce_length + tag_length) return std::nullopt;
  const std::size_t size = bytes->size() - nonce_length - tag_length;
  const Context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  int length = 0;
  std::string text(size, '\0');
  unsigned char* nonce = octets(*bytes);
  require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce));
  require(EVP_DecryptUpdate(context.get(), nullptr, &length, octets(place), static_cast<int>(place.size())));
  require(EVP_DecryptUpdate(context.get(), octets(text), &length, nonce + nonce_length, static_cast<int>(size)));
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_length, nonce + nonce_length + size));
  if (EVP_DecryptFinal_ex(context.get(), octets(text) + length, &length) != 1) return std::nullopt;
  return text;
}

}  // namespace claimcheck
