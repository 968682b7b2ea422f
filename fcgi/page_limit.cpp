#include "fcgi/page_limit.h"

#include "core/error.h"
#include "core/quantity.h"

namespace claimcheck::fcgi {

int page_limit(const std::string& text) {
  const std::int64_t limit = parse_number(text).value_or(0);
  if (limit < 1 || limit > most_on_a_page) throw bad_value("limit", "limit must be from 1 to 200.");
  return static_cast<int>(limit);
}

}  // namespace claimcheck::fcgi
