#pragma once

#include <cppconn/connection.h>
#include <cppconn/prepared_statement.h>

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "sql/database.h"
#include "sql/driver.h"

namespace claimcheck::sql {

/// One connection to a MySQL server while it lasts; one thread's. Keeps a reference to `dialect`. Throws ::sql::SQLException,
/// as the driver does.
class MysqlSession {
 public:
  /// Connects, makes the session strict, and looks at the server's clock.
  MysqlSession(const Target& target, const Dialect& dialect);

  std::vector<Row> query(std::string_view statement, const std::vector<Value>& values);

  /// @param sent  becomes true when the statement is on its way
  std::int64_t execute(std::string_view statement, const std::vector<Value>& values, bool& sent);

  /// Carries out a statement that is not prepared. @param sent  as above
  void run(std::string_view statement, bool& sent);

  /// Asks the server whether it is still there.
  bool alive() { return connection_->isValid(); }
  /// How long nothing was asked of it.
  std::chrono::steady_clock::duration idle() const { return std::chrono::steady_clock::now() - last_used_; }
  /// The server's, as it was found at first.
  const SampledClock& clock() const { return clock_; }

 private:
  SampledClock prepare(const Target& target);
  ::sql::PreparedStatement& prepared_for(std::string_view statement);

  const Dialect& dialect_;
  std::unique_ptr<::sql::Connection> connection_;
  SampledClock clock_;
  Prepared<std::unique_ptr<::sql::PreparedStatement>> prepared_;  // ends before its connection
  std::chrono::steady_clock::time_point last_used_;
};

}  // namespace claimcheck::sql
