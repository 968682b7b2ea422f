#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/token.h"

namespace claimcheck {

/// A file that a policy says to remove, now that a token for it has ended.
struct Removal {
  std::string storage, file;
  FileVersion version;  ///< as the token knew it: another file that has its name by now is none of ours

  bool operator==(const Removal&) const = default;

  /// What tells it from others: 64 hexadecimal digits.
  std::string key() const { return Digest::of(storage + '\0' + file).hex(); }
};

/// Files that are to be removed, from the moment that is decided until it is done; so a run that is killed in between is
/// continued by the next. Methods may throw Error{unavailable}.
class Removals {
 public:
  virtual ~Removals() = default;

  /// Notes a file; one that is noted already takes the version of this.
  virtual void add(const Removal& removal) = 0;

  /// Those noted, in the order of their keys, after `after`; "" begins.
  virtual std::vector<Removal> list(const std::string& after, int limit) = 0;

  virtual void drop(const Removal& removal) = 0;
};

}  // namespace claimcheck
