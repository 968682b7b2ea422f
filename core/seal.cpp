#include "core/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>
#include <vector>

#include "core/error.h"

namespace claimcheck {
namespace {

constexpr int nonce_length = 12;
constexpr int tag_length = 16;

using Bytes = std::vector<unsigned char>;
using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void require(int succeeded) {
  if (succeeded != 1) throw Error{Errc::internal, "OpenSSL cannot seal"};
}

std::string base64(const Bytes& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  Bytes bytes(3 * (text.size() / 4) + 3);
  const int length = EVP_DecodeBlock(bytes.data(), octets(text), static_cast<int>(text.size()));
  if (length < 0 || text.empty()) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  if (base64(bytes) != text) return std::nullopt;  // there is one way to write it: spaces around it and spare bits are others
  return bytes;
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
  Bytes sealed(nonce_length + text.size() + tag_length);
  random(std::span{sealed}.first(nonce_length));
  const Context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  int length = 0;
  require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), sealed.data()));
  require(EVP_EncryptUpdate(context.get(), nullptr, &length, octets(place), static_cast<int>(place.size())));
  unsigned char* body = sealed.data() + nonce_length;
  require(EVP_EncryptUpdate(context.get(), body, &length, octets(text), static_cast<int>(text.size())));
  require(EVP_EncryptFinal_ex(context.get(), body + length, &length));
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_length, body + text.size()));
  return base64(sealed);
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view place) const {
  auto bytes = from_base64(sealed);
  if (!bytes || bytes->size() < nonce_length + tag_length) return std::nullopt;
  const std::size_t size = bytes->size() - nonce_length - tag_length;
  const Context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  int length = 0;
  std::string text(size, '\0');
  require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes->data()));
  require(EVP_DecryptUpdate(context.get(), nullptr, &length, octets(place), static_cast<int>(place.size())));
  auto* out = reinterpret_cast<unsigned char*>(text.data());
  require(EVP_DecryptUpdate(context.get(), out, &length, bytes->data() + nonce_length, static_cast<int>(size)));
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_length, bytes->data() + nonce_length + size));
  if (EVP_DecryptFinal_ex(context.get(), out + length, &length) != 1) return std::nullopt;
  return text;
}

}  // namespace claimcheck
