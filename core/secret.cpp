#include "core/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/error.h"

namespace claimcheck {
namespace {

constexpr std::string_view alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view lower_alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view hexadecimal = "0123456789abcdef";

bool consists_of(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

/// `length` letters of `alphabet`, each with the same probability: bytes beyond the largest multiple of its size are thrown
/// away.
std::string draw(std::size_t length, std::string_view alphabet, const Random& random) {
  const std::size_t fair = 256 - 256 % alphabet.size();
  std::array<unsigned char, 96> bytes{};
  std::string text;
  text.reserve(length);
  while (text.size() < length) {
    const std::size_t missing = length - text.size();
    const auto drawn = std::span{bytes}.first(std::min(missing + missing / 4 + 1, bytes.size()));  // some are thrown away
    random(drawn);
    for (const unsigned char byte : drawn) {
      if (byte >= fair) continue;
      text += alphabet[byte % alphabet.size()];
      if (text.size() == length) break;
    }
  }
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return text;
}

/// The characters that check a secret's others: a number made of their SHA-256, written with the letters of secrets.
std::string check_of(std::string_view others) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(others.data()), others.size(), hash.data());
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8 | hash[i];
  std::string text;
  for (std::size_t i = 0; i < Secret::check_length; ++i, number /= alphanumeric.size())
    text += alphanumeric[number % alphanumeric.size()];
  return text;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text += hexadecimal[byte >> 4];
    text += hexadecimal[byte & 15];
  }
  return text;
}

}  // namespace

Random secure_random() {
  return [](std::span<unsigned char> out) {
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
      throw Error{Errc::internal, "the operating system's random generator has no entropy"};
  };
}

Random derived_random(const std::string& key, const std::string& label) {
  return [key, label, count = 0](std::span<unsigned char> out) mutable {
    while (!out.empty()) {
      const std::string message = label + "\n" + std::to_string(count++);
      std::array<unsigned char, EVP_MAX_MD_SIZE> block{};
      unsigned int length = 0;
      if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
               message.size(), block.data(), &length) == nullptr)
        throw Error{Errc::internal, "HMAC-SHA-256 failed"};
      const std::size_t taken = std::min<std::size_t>(length, out.size());
      std::copy_n(block.begin(), taken, out.begin());
      out = out.subspan(taken);
    }
  };
}

Random buffered(Random source) {
  struct Buffer {
    ~Buffer() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    std::array<unsigned char, 1024> bytes{};
    std::size_t left = 0;
  };
  return [source = std::move(source), buffer = std::make_shared<Buffer>()](std::span<unsigned char> out) {
    if (out.size() > buffer->bytes.size()) return source(out);
    if (out.size() > buffer->left) {
      source(buffer->bytes);
      buffer->left = buffer->bytes.size();
    }
    const auto piece = std::span{buffer->bytes}.subspan(buffer->left - out.size(), out.size());
    std::ranges::copy(piece, out.begin());
    OPENSSL_cleanse(piece.data(), piece.size());
    buffer->left -= out.size();
  };
}

std::optional<Digest> Digest::from_hex(std::string_view hex) {
  if (hex.size() != std::size_t{2} * SHA256_DIGEST_LENGTH || !consists_of(hex, hexadecimal)) return std::nullopt;
  return Digest{std::string{hex}};
}

Digest Digest::of(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  return Digest{to_hex(hash)};
}

Secret Secret::make(const Random& random) {
  Secret secret{draw(length - check_length, alphanumeric, random)};
  secret.text_ += check_of(secret.text_);
  return secret;
}

bool Secret::checks_out() const {
  const std::string_view text = text_;
  return text.substr(length - check_length) == check_of(text.substr(0, length - check_length));
}

std::optional<Secret> Secret::parse(std::string_view text) {
  if (text.size() != length || !consists_of(text, alphanumeric)) return std::nullopt;
  return Secret{std::string{text}};
}

Secret::~Secret() {
  OPENSSL_cleanse(text_.data(), text_.size());
}

std::string make_uuid(std::int64_t unix_milliseconds, const Random& random) {
  std::array<unsigned char, 16> bytes{};
  random(bytes);
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>((unix_milliseconds >> (8 * (5 - i))) & 0xff);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text = to_hex(bytes);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : hexadecimal.find(text[i]) == std::string_view::npos) return false;
  }
  return true;
}

std::string make_name(std::size_t length, const Random& random) {
  return draw(length, lower_alphanumeric, random);
}

}  // namespace claimcheck
