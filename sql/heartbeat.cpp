#include "sql/heartbeat.h"

#include <charconv>

#include "sql/notes.h"

namespace claimcheck::sql {

void beat(Database& database, const std::string& name, Time now) {
  keep_note(database, name, std::to_string(to_unix(now)));
}

std::optional<Time> last_beat(Database& database, const std::string& name) {
  const auto value = find_note(database, name);
  if (!value) return std::nullopt;
  std::int64_t when = 0;
  const auto [end, fault] = std::from_chars(value->data(), value->data() + value->size(), when);
  if (fault != std::errc{} || end != value->data() + value->size()) return std::nullopt;
  return from_unix(when);
}

}  // namespace claimcheck::sql
