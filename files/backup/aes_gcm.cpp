#include "files/backup/aes_gcm.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "core/error.h"
#include "files/backup/hexadecimal.h"

namespace claimcheck::files {
namespace {

constexpr std::uint64_t block_length = 16;

void require(int succeeded) {
  if (succeeded != 1) throw Error{Errc::internal, "OpenSSL cannot decrypt"};
}

CipherContext new_context() {
  CipherContext context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  if (!context) throw Error{Errc::unavailable, "no memory to decrypt with"};
  return context;
}

const unsigned char* octets(std::span<const char> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void set_gcm(EVP_CIPHER_CTX* context, const AesKey& key, const GcmSeal& seal) {
  require(EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nullptr, nullptr, nullptr));
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_IVLEN, static_cast<int>(seal.iv.size()), nullptr));
  require(EVP_DecryptInit_ex(context, nullptr, nullptr, key.octets(), seal.iv.data()));
}

}  // namespace

std::optional<AesKey> AesKey::parse(std::string_view hexadecimal) {
  auto octets = octets_of_hexadecimal(hexadecimal);
  if (!octets || octets->size() != length) return std::nullopt;
  AesKey key{std::span<const unsigned char, length>{*octets}};
  OPENSSL_cleanse(octets->data(), octets->size());
  return key;
}

AesKey::AesKey(std::span<const unsigned char, length> octets) {
  std::ranges::copy(octets, octets_.begin());
}

AesKey::~AesKey() {
  OPENSSL_cleanse(octets_.data(), octets_.size());
}

GcmCheck::GcmCheck(const AesKey& key, const GcmSeal& seal) : context_(new_context()) {
  set_gcm(context_.get(), key, seal);
  auto tag = seal.tag;
  require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, GcmSeal::tag_length, tag.data()));
}

void GcmCheck::update(std::span<const char> ciphertext) {
  plaintext_.resize(std::max(plaintext_.size(), ciphertext.size()));
  int length = 0;
  require(
      EVP_DecryptUpdate(context_.get(), plaintext_.data(), &length, octets(ciphertext), static_cast<int>(ciphertext.size())));
}

bool GcmCheck::holds() {
  OPENSSL_cleanse(plaintext_.data(), plaintext_.size());
  std::array<unsigned char, block_length> rest{};
  int length = 0;
  return EVP_DecryptFinal_ex(context_.get(), rest.data(), &length) == 1;
}

GcmPart::GcmPart(const AesKey& key, const GcmSeal& seal) : key_(key), context_(new_context()) {
  // The counter follows from the IV by GHASH, which OpenSSL keeps to itself: a block of zeros encrypted by GCM is the
  // encrypted counter of the first block, and decrypted as it is (ECB) it is that counter.
  const std::array<unsigned char, block_length> zeros{};
  std::array<unsigned char, block_length> encrypted{};
  int length = 0;
  const CipherContext gcm = new_context();
  set_gcm(gcm.get(), key, seal);
  require(EVP_DecryptUpdate(gcm.get(), encrypted.data(), &length, zeros.data(), block_length));
  const CipherContext ecb = new_context();
  require(EVP_DecryptInit_ex(ecb.get(), EVP_aes_256_ecb(), nullptr, key.octets(), nullptr));
  require(EVP_CIPHER_CTX_set_padding(ecb.get(), 0));
  require(EVP_DecryptUpdate(ecb.get(), first_counter_.data(), &length, encrypted.data(), block_length));
}

namespace {

constexpr std::size_t counted = 12;  ///< where the 32 bits begin that GCM counts in

std::uint32_t low_of(const std::array<unsigned char, block_length>& counter) {
  std::uint32_t low = 0;
  for (std::size_t i = counted; i < block_length; ++i) low = low << 8U | counter.at(i);
  return low;
}

}  // namespace

void GcmPart::seek(std::uint64_t block) {
  auto counter = first_counter_;
  auto low = low_of(first_counter_) + static_cast<std::uint32_t>(block);
  for (std::size_t i = block_length; i-- > counted; low >>= 8U) counter.at(i) = static_cast<unsigned char>(low);
  require(EVP_DecryptInit_ex(context_.get(), EVP_aes_256_ctr(), nullptr, key_.octets(), counter.data()));
}

void GcmPart::decrypt(std::uint64_t offset, std::span<char> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t block = offset / block_length, before = offset % block_length;
    seek(block);
    std::array<unsigned char, block_length> passed_over{};
    int length = 0;
    if (before > 0)
      require(EVP_DecryptUpdate(context_.get(), passed_over.data(), &length, passed_over.data(), static_cast<int>(before)));
    // GCM counts in 32 bits and begins anew, OpenSSL's counter mode in 128: there it is set again.
    constexpr std::uint64_t counters = 1ULL << 32U;
    const std::uint64_t low = (low_of(first_counter_) + block) % counters;
    const std::uint64_t until_anew = (counters - low) * block_length - before;
    const std::span part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), until_anew)));
    auto* text = reinterpret_cast<unsigned char*>(part.data());
    require(EVP_DecryptUpdate(context_.get(), text, &length, text, static_cast<int>(part.size())));
    bytes = bytes.subspan(part.size());
    offset += part.size();
  }
}

}  // namespace claimcheck::files
