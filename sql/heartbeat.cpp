#include "sql/heartbeat.h"

#include <charconv>

#include "sql/row.h"
#include "sql/statements.h"

namespace claimcheck::sql {

void beat(Database& database, const std::string& name, Time now) {
  const std::string value = std::to_string(to_unix(now));
  const auto same = [] { return true; };
  if (insert_once(database, statements::add_meta, {name, value}, same)) return;
  try {
    database.execute(statements::replace_meta, {value, name, value});
  } catch (const InDoubt&) {
    return;  // if it was not carried out, the next run tells
  }
}

std::optional<Time> last_beat(Database& database, const std::string& name) {
  const auto rows = database.query(statements::find_meta, {name});
  if (rows.empty()) return std::nullopt;
  const std::string value = Columns{rows.front()}.text();
  std::int64_t when = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), when);
  if (fault != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  return from_unix(when);
}

bool is_durable(Database& database, const Target& target) {
  if (target.kind == Target::Kind::sqlite) return true;
  return Columns{database.query(statements::durability).front()}.number() == 1;
}

}  // namespace claimcheck::sql
