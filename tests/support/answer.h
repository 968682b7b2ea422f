#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claimcheck::test {

/// Header fields, or CGI variables, in the order in which they go over the wire; names may repeat.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// What came back for a request, over HTTP or FastCGI.
struct Answer {
  int status = 0;
  Fields headers = {};
  std::string body = {};       ///< the first bytes, at most Reading::keep
  std::uint64_t received = 0;  ///< bytes of the body, transfer coding removed
  std::string sha256 = {};     ///< of all `received` bytes
  bool complete = false;       ///< the body ended where the headers or the protocol said it would

  /// The value of a field, names compared without case. Throws if it came more than once.
  std::optional<std::string> header(std::string_view name) const;
};

/// How to take in an answer.
struct Reading {
  std::uint64_t stop_after = ~std::uint64_t{0};  ///< close the connection once this much of the body is there
  std::size_t keep = 1 << 20;                    ///< bytes of the body to keep in memory
};

/// Header lines, each ended by a line feed, with or without carriage returns. Throws if one has no colon.
Fields parse_fields(std::string_view lines);

/// Whether two field names are the same.
bool same_name(std::string_view left, std::string_view right);

}  // namespace claimcheck::test
