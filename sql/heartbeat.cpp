#include "sql/heartbeat.h"

#include "core/quantity.h"
#include "sql/notes.h"

namespace claimcheck::sql {

void beat(Database& database, const std::string& name, Time now) {
  keep_note(database, name, std::to_string(to_unix(now)));
}

std::optional<Time> last_beat(Database& database, const std::string& name) {
  const auto value = find_note(database, name);
  if (!value) return std::nullopt;
  const auto when = parse_number(*value);
  return when ? std::optional{from_unix(*when)} : std::nullopt;
}

}  // namespace claimcheck::sql
