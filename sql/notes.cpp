#include "sql/notes.h"

#include "core/error.h"
#include "sql/row.h"
#include "sql/statements.h"

namespace claimcheck::sql {

std::optional<std::string> find_note(Database& database, const std::string& name) {
  const std::vector<Row> rows = database.query(statements::find_meta, {name});
  if (rows.empty()) return std::nullopt;
  return Columns{rows.front()}.text();
}

void keep_note(Database& database, const std::string& name, const std::string& value) {
  const auto same = [] { return true; };
  try {
    if (database.execute(statements::replace_meta, {value, name, value}) == 1) return;
  } catch (const InDoubt&) {
    throw Error{Errc::unavailable, "the connection to the database broke"};
  }
  insert_once(database, statements::add_meta, {name, value}, same);  // or it is there, and says so already
}

}  // namespace claimcheck::sql
