#include "sql/sqlite_session.h"

#include <sqlite3.h>

#include <string>

namespace claimcheck::sql {
namespace {

using std::chrono::steady_clock;

Value read_column(const SQLite::Column& column) {
  if (column.isNull()) return nullptr;
  if (column.isInteger()) return column.getInt64();
  return column.getString();
}

void bind(SQLite::Statement& statement, const std::vector<Value>& values) {
  for (std::size_t index = 0; index < values.size(); ++index) {
    const int place = static_cast<int>(index) + 1;
    const Value& value = values[index];
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      statement.bind(place, *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      statement.bind(place, *text);
    } else {
      statement.bind(place);
    }
  }
}

/// A statement that is reset when this scope ends, so that it holds no lock and can be run again.
class Running {
 public:
  Running(SQLite::Statement& statement, const std::vector<Value>& values) : statement_(statement) { bind(statement_, values); }
  ~Running() { statement_.tryReset(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  bool step() { return statement_.executeStep(); }
  Row row() const {
    Row row;
    for (int index = 0; index < statement_.getColumnCount(); ++index) row.push_back(read_column(statement_.getColumn(index)));
    return row;
  }

 private:
  SQLite::Statement& statement_;
};

}  // namespace

SqliteSession::SqliteSession(const Target& target, const Dialect& dialect)
    : dialect_(dialect),
      timeout_(target.timeout),
      database_(target.path,
                (target.access == Access::questions ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE) | SQLite::OPEN_NOMUTEX,
                static_cast<int>(std::chrono::milliseconds{target.timeout}.count())) {
  sqlite3_extended_result_codes(database_.getHandle(), 1);
  if (target.access == Access::questions) {
    set({"query_only = ON", "trusted_schema = OFF"});
    constexpr int instructions = 1000;
    sqlite3_progress_handler(database_.getHandle(), instructions, is_over, this);
  } else {
    set({"journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF", "secure_delete = ON"});
  }
}

std::vector<Row> SqliteSession::query(std::string_view statement, const std::vector<Value>& values) {
  begun_ = steady_clock::now();
  Running running{prepared_for(statement), values};
  std::vector<Row> rows;
  while (running.step()) rows.push_back(running.row());
  return rows;
}

std::int64_t SqliteSession::execute(std::string_view statement, const std::vector<Value>& values) {
  Running running{prepared_for(statement), values};
  running.step();
  return database_.getChanges();
}

void SqliteSession::run(std::string_view statement) {
  database_.exec(dialect_.expand(statement));
}

void SqliteSession::set(std::initializer_list<const char*> pragmas) {
  for (const char* pragma : pragmas) database_.exec(std::string{"PRAGMA "} + pragma);
}

/// Whether SQLite is to give a statement up.
int SqliteSession::is_over(void* session) {
  const auto& self = *static_cast<const SqliteSession*>(session);
  return steady_clock::now() - self.begun_ >= self.timeout_ ? 1 : 0;
}

SQLite::Statement& SqliteSession::prepared_for(std::string_view statement) {
  auto found = prepared_.find(statement);
  if (found == prepared_.end()) {
    found = prepared_.try_emplace(std::string{statement}, database_, dialect_.expand(statement)).first;
  }
  return found->second;
}

}  // namespace claimcheck::sql
