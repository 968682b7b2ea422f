#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "sql/database.h"
#include "sql/driver.h"

namespace claimcheck::sql {

/// One open SQLite file with its prepared statements; one thread's. Keeps a reference to `dialect`. Throws SQLite::Exception.
class SqliteSession {
 public:
  SqliteSession(const Target& target, const Dialect& dialect);
  SqliteSession(const SqliteSession&) = delete;  // SQLite knows its address
  SqliteSession& operator=(const SqliteSession&) = delete;

  std::vector<Row> query(std::string_view statement, const std::vector<Value>& values);
  std::int64_t execute(std::string_view statement, const std::vector<Value>& values);

  /// Carries out a statement that is not prepared.
  void run(std::string_view statement);

 private:
  void set(std::initializer_list<const char*> pragmas);
  static int is_over(void* session);
  SQLite::Statement& prepared_for(std::string_view statement);

  const Dialect& dialect_;
  seconds timeout_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();  // before the database, which looks at it
  SQLite::Database database_;
  Prepared<SQLite::Statement> prepared_;  // ends before its connection
};

}  // namespace claimcheck::sql
