#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
void SqlRemovals::add(const Removal& removal) {
  const Value size = to_value(removal.version.size), mtime = removal.version.mtime_ns;
  const auto same = [] { return true; };
  if (!insert_once(database_, statements::add_removal, {removal.key(), removal.storage, removal.file, size, mtime}, same))
    execute_surely(database_, statements::replace_removal, {size, mtime, removal.key(), size, mtime});
}

std::vector<Removal> SqlRemovals::list(const std::string& after, int limit) {
  std::vector<Removal> removals;
  for (const Row& row : database_.query(statements::list_removals, {after, std::int64_t{limit}})) {
    Columns columns{row};
    removals.push_back({.storage = columns.text(),
                        .file = columns.text(),
                        .version = {.size = columns.bytes(), .mtime_ns = columns.number()}});
  }
  return removals;
}

void SqlRemovals::drop(const Removal& removal) {
  execute_surely(database_, statements::drop_removal, {removal.key()});
}

}  // namespace claimcheck::sql
