#include "sql/migrate.h"

#include <map>

#include "core/error.h"
#include "core/quantity.h"
#include "sql/row.h"
#include "sql/schema.h"
#include "sql/statements.h"

namespace claimcheck::sql {
namespace {

/// Grows when an older binary could do harm to the tables.
constexpr std::int64_t known_major = 1;
const std::string major_name = "schema_major";

std::map<std::string, std::string> read_meta(Database& database) {
  std::map<std::string, std::string> meta;
  if (!database.has_column("meta", "name")) return meta;
  for (const Row& row : database.query(statements::list_meta)) {
    Columns columns{row};
    const std::string name = columns.text();
    meta[name] = columns.text();
  }
  return meta;
}

void refuse_newer(const std::map<std::string, std::string>& meta) {
  const auto found = meta.find(major_name);
  if (found == meta.end()) return;
  const std::string& text = found->second;
  const auto major = parse_number(text);
  if (major && *major <= known_major) return;
  throw Error{Errc::unavailable, "the tables belong to a newer claimcheck: their schema is " + text + ", this program knows " +
                                     std::to_string(known_major)};
}

/// A file called NNNN_table.column adds a column, for which neither dialect has IF NOT EXISTS.
bool is_there_already(Database& database, const SchemaFile& file) {
  const std::string_view name = std::string_view{file.name}.substr(sizeof "0000_" - 1);
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && database.has_column(name.substr(0, dot), name.substr(dot + 1));
}

std::string record_name(const SchemaFile& file) {
  return "migration " + std::string{file.name};
}

std::vector<SchemaFile> missing_files(const std::map<std::string, std::string>& meta) {
  refuse_newer(meta);
  std::vector<SchemaFile> missing;
  for (const SchemaFile& file : schema_files()) {
    if (!meta.contains(record_name(file))) missing.push_back(file);
  }
  return missing;
}

/// Nodes of a cluster do not see each other's locks, so a name that is there already is as good.
void note(Database& database, const std::string& name, const std::string& value) {
  const auto same = [] { return true; };
  insert_once(database, statements::add_meta, {name, value}, same);
}

}  // namespace

std::vector<std::string> migrate(Database& database) {
  std::vector<std::string> applied;
  if (pending_migrations(database).empty()) return applied;
  database.with_lock("migrate", IfHeld::wait, [&] {
    for (const SchemaFile& file : missing_files(read_meta(database))) {
      // A file may have run without having been recorded; each can run twice.
      if (!is_there_already(database, file)) database.run(file.text);
      if (applied.empty()) note(database, major_name, std::to_string(known_major));
      note(database, record_name(file), std::to_string(to_unix(database.now())));
      applied.emplace_back(file.name);
    }
  });
  return applied;
}

std::vector<std::string> pending_migrations(Database& database) {
  std::vector<std::string> names;
  for (const SchemaFile& file : missing_files(read_meta(database))) names.emplace_back(file.name);
  return names;
}

}  // namespace claimcheck::sql
