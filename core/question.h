#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/named_query.h"
#include "core/settings.h"

namespace claimcheck {

/// Asks a database of the site questions whose answer is one value. Belongs to one thread.
class Question {
 public:
  virtual ~Question() = default;

  /// Asks with `values` for the names of the query; nothing can be changed by it.
  /// @return what the one value of its first row says: true or another number than 0 is yes, false or 0 is no, NULL is
  /// not_yet; no row is no
  /// Throws Error{unavailable} if the database cannot be asked, takes too long, or answers with something else.
  virtual Truth ask(const NamedQuery& query, const std::vector<std::string>& values) = 0;
};

/// Opens the database of a check of kind sql; nothing is connected yet.
using OpenQuestion = std::function<std::unique_ptr<Question>(const CheckSettings&)>;

}  // namespace claimcheck
