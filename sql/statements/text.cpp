#include "sql/statements/text.h"

namespace claimcheck::sql::statements {

std::string repeated(std::string_view beginning, std::string_view part, std::string_view between, std::size_t times) {
  std::string statement{beginning};
  for (std::size_t i = 0; i < times; ++i) statement.append(i > 0 ? between : "").append(part);
  return statement;
}

}  // namespace claimcheck::sql::statements
