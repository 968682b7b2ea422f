#include "tests/support/many_tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/database.h"
#include "sql/statements.h"
#include "sql/token_row.h"

namespace claimcheck::test {

void add_tokens(const StoreSettings& store, int count, const std::function<Token(int)>& make) {
  constexpr int together = 200;
  sql::prepare_driver();
  const auto database = sql::open_database(sql::target_of(store));
  for (int first = 0; first < count; first += together) {
    const int last = std::min(first + together, count);
    std::vector<sql::Value> values;
    for (int number = first; number < last; ++number) {
      const std::vector<sql::Value> row = sql::values_of(make(number));
      values.insert(values.end(), row.begin(), row.end());
    }
    database->execute(sql::statements::repeated(sql::statements::add_tokens, sql::statements::token_values, ",",
                                                static_cast<std::size_t>(last - first)),
                      values);
  }
}

Token plain_token(int number, const std::string& file, Time now) {
  return {.id = {fmt::format("01890000-0000-7000-8000-{:012}", number)},
          .digest = Digest::of(fmt::format("secret {}", number)),
          .storage = "uploads",
          .file = file,
          .filename = "report.pdf",
          .version = {.size = 1, .mtime_ns = 1},
          .policy = "default",
          .email = fmt::format("{}@example.com", number),
          .created_at = now,
          .expires_at = now + std::chrono::hours{24}};
}

}  // namespace claimcheck::test
