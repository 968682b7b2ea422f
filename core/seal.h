#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret.h"

namespace claimcheck {

/// Seals what has to wait in a table and is nobody's business who reads the table: AES-256-GCM with a key that is kept outside
/// of the database, a random nonce each time. May be shared between threads.
class Seal {
 public:
  static constexpr std::size_t shortest_key = 32;

  /// @param key  a text of at least `shortest_key` characters; its SHA-256 is the key
  /// Throws Error{bad_request} if it is shorter.
  explicit Seal(std::string_view key);
  ~Seal();
  Seal(const Seal&) = default;
  Seal& operator=(const Seal&) = default;

  /// @param place  where the result will stand, such as a row's id: it cannot be opened at another
  /// @return ASCII text. Throws Error{internal} if the system has no entropy.
  std::string close(std::string_view text, std::string_view place, const Random& random) const;

  /// A secret of its own for another purpose, always the same: 64 hexadecimal digits that follow from its name.
  std::string derived(const std::string& purpose) const;

  /// @return nothing if it was sealed with another key or for another place, or was changed
  std::optional<std::string> open(std::string_view sealed, std::string_view place) const;

 private:
  std::array<unsigned char, 32> key_{};
};

}  // namespace claimcheck
