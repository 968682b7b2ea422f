#pragma once

#include <string>

namespace claimcheck {

/// What is known of where an address is.
struct Whereabouts {
  enum class Kind {
    country,
    no_country,  ///< the address is known, but no country of it
    unknown,
  };
  Kind kind = Kind::unknown;
  std::string country;  ///< ISO 3166-1 code, such as "DE"

  bool operator==(const Whereabouts&) const = default;
};

/// Knows in which country addresses are. Safe to share between threads.
class Countries {
 public:
  virtual ~Countries() = default;

  /// @param address  IPv4 or IPv6 as text
  /// Throws Error{unavailable} if what knows it cannot be read.
  virtual Whereabouts find(const std::string& address) const = 0;
};

}  // namespace claimcheck
