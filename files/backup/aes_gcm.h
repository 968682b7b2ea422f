#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace claimcheck::files {

/// A key for AES-256; overwritten when it is not needed any more.
class AesKey {
 public:
  static constexpr std::size_t length = 32;

  /// @return nothing unless `hexadecimal` is 64 hexadecimal digits
  static std::optional<AesKey> parse(std::string_view hexadecimal);
  explicit AesKey(std::span<const unsigned char, length> octets);
  ~AesKey();
  AesKey(const AesKey&) = default;
  AesKey& operator=(const AesKey&) = default;

  const unsigned char* octets() const { return octets_.data(); }

 private:
  std::array<unsigned char, length> octets_;
};

/// What an encryption with AES-256-GCM has left beside its ciphertext. Source: NIST SP 800-38D section 7.1.
struct GcmSeal {
  static constexpr std::size_t tag_length = 16;

  std::vector<unsigned char> iv;  ///< 1 octet or more; DBackup's have 16
  std::array<unsigned char, tag_length> tag{};
};

/// What one key could encrypt with one IV: 2^36 - 32 octets. Source: NIST SP 800-38D section 5.2.1.1.
inline constexpr std::uint64_t longest_gcm_text = (1ULL << 36U) - 32;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

/// Looks at a whole ciphertext, piece by piece, to see whether its tag holds under a key. What it decrypts meanwhile is
/// overwritten and shown to nobody.
class GcmCheck {
 public:
  GcmCheck(const AesKey& key, const GcmSeal& seal);
  /// The next piece.
  void update(std::span<const char> ciphertext);
  /// After the last piece. Takes as long for a wrong tag as for the right one.
  bool holds();

 private:
  CipherContext context_;
  std::vector<unsigned char> plaintext_;
};

/// Decrypts any part of a ciphertext whose tag was checked before: GCM encrypts in counter mode, so a part needs nothing of
/// what is before it. Source: NIST SP 800-38D sections 6.5 and 7.2.
class GcmPart {
 public:
  GcmPart(const AesKey& key, const GcmSeal& seal);
  /// Decrypts in place what begins at `offset` of the ciphertext.
  void decrypt(std::uint64_t offset, std::span<char> bytes);

 private:
  void seek(std::uint64_t block);

  AesKey key_;
  std::array<unsigned char, 16> first_counter_{};  ///< of the first block of text
  CipherContext context_;
};

}  // namespace claimcheck::files
