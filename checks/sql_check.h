#pragma once

#include <memory>

#include "core/check.h"
#include "core/question.h"
#include "core/settings.h"

namespace claimcheck::checks {

/// A query on a database of the site. `:email`, `:file`, `:storage`, `:token`, `:policy` and `:filename` are the token's own,
/// every other `:name` is the fact of that name; a token without such a fact is refused.
/// Throws Error{bad_request} if the query is none, see core/named_query.h.
std::unique_ptr<Check> make_sql_check(const CheckSettings& settings, std::unique_ptr<Question> question);

}  // namespace claimcheck::checks
