#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace claimcheck {

/// Fills a buffer with unpredictable bytes. `main()` hands in OpenSSL's generator (secure_random); tests may count.
using Random = std::function<void(std::span<unsigned char>)>;

/// The operating system's generator through OpenSSL; throws Error{internal} if it has no entropy.
Random secure_random();

/// Bytes that follow from a key and a label and look random to whoever has not the key: HMAC-SHA-256 over the label and a
/// counter. The same key and label give the same bytes.
Random derived_random(const std::string& key, const std::string& label);

/// Fetches much from `source` at once and hands it out piece by piece, since every request needs several names. What has been
/// handed out is wiped. Belongs to one thread.
Random buffered(Random source);

/// SHA-256 of a secret, as 64 lower-case hexadecimal digits: the only trace of a secret that is ever stored.
class Digest {
 public:
  /// @return nothing unless `hex` is exactly 64 lower-case hexadecimal digits.
  static std::optional<Digest> from_hex(std::string_view hex);
  /// Digest of arbitrary bytes.
  static Digest of(std::string_view bytes);

  const std::string& hex() const { return hex_; }
  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(std::string hex) : hex_(std::move(hex)) {}
  std::string hex_;
};

/// The 64 characters [A-Za-z0-9] that the holder of a link presents. Never logged, never stored; wiped when destroyed.
class Secret {
 public:
  static constexpr std::size_t length = 64;
  /// So many characters at its end check the others.
  static constexpr std::size_t check_length = 6;

  /// A new one: 58 characters drawn without modulo bias (345 bits), and six that check them.
  static Secret make(const Random& random);
  /// @return nothing unless `text` is exactly 64 characters [A-Za-z0-9].
  static std::optional<Secret> parse(std::string_view text);

  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) noexcept = default;
  ~Secret();

  /// Whether the characters that check the others are right, as in all that make() makes. One that somebody has guessed or
  /// mistyped is found out without asking a store; it says nothing of whether the secret opens anything.
  bool checks_out() const;

  /// The text itself; only for building the link that is shown once.
  const std::string& reveal() const { return text_; }
  Digest digest() const { return Digest::of(text_); }

 private:
  explicit Secret(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// A UUIDv7 as 36 characters of lower-case text: 48 bits of milliseconds, then random bits. Source: RFC 9562 section 5.7.
std::string make_uuid(std::int64_t unix_milliseconds, const Random& random);

/// Whether `text` has the form of make_uuid's result.
bool is_uuid(std::string_view text);

/// `length` characters [a-z0-9] without modulo bias; names that need to be hard to guess but short (claims, request ids).
std::string make_name(std::size_t length, const Random& random);

}  // namespace claimcheck
