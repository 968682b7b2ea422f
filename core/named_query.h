#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claimcheck {

/// An operator's question in SQL whose values have names, as a driver takes it.
struct NamedQuery {
  std::string statement;           ///< with `?` where `:name` was
  std::vector<std::string> names;  ///< of the values for each `?`, in order; one may come several times

  bool operator==(const NamedQuery&) const = default;
};

/// What keeps `text` from being one SELECT (or WITH … SELECT) that only reads and means the same to MySQL and SQLite; to be
/// read after "query". Nothing if it is one. Colons, semicolons and words inside of quotes and comments are text.
std::optional<std::string> wrong_query(std::string_view text);

/// Puts a `?` in the place of every `:name` outside of quotes and comments; `::` and `:=` are left as they are.
/// Throws Error{bad_request} with what wrong_query() says.
NamedQuery parse_query(std::string_view text);

}  // namespace claimcheck
