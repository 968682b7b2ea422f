#include "sql/mysql_session.h"

#include <cppconn/datatype.h>
#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#include <fmt/format.h>
#include <mysql_connection.h>
#include <mysql_driver.h>

#include <string>
#include <utility>

namespace claimcheck::sql {
namespace {

namespace jdbc = ::sql;
using std::chrono::steady_clock;

Value read_column(const jdbc::ResultSet& row, unsigned index, int type) {
  if (row.isNull(index)) return nullptr;
  switch (type) {
    case jdbc::DataType::TINYINT:
    case jdbc::DataType::SMALLINT:
    case jdbc::DataType::MEDIUMINT:
    case jdbc::DataType::INTEGER:
    case jdbc::DataType::BIGINT:
      return row.getInt64(index);
    default:
      return std::string{row.getString(index)};
  }
}

std::vector<Row> read_rows(jdbc::ResultSet& result) {
  jdbc::ResultSetMetaData* columns = result.getMetaData();
  const unsigned count = columns->getColumnCount();
  std::vector<int> types;
  for (unsigned index = 1; index <= count; ++index) types.push_back(columns->getColumnType(index));
  std::vector<Row> rows;
  while (result.next()) {
    Row& row = rows.emplace_back();
    for (unsigned index = 1; index <= count; ++index) row.push_back(read_column(result, index, types[index - 1]));
  }
  return rows;
}

void bind(jdbc::PreparedStatement& statement, const std::vector<Value>& values) {
  for (unsigned index = 1; index <= values.size(); ++index) {
    const Value& value = values[index - 1];
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      statement.setInt64(index, *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      statement.setString(index, *text);
    } else {
      statement.setNull(index, jdbc::DataType::VARCHAR);
    }
  }
}

jdbc::ConnectOptionsMap connect_options(const Target& target) {
  const int timeout = static_cast<int>(target.timeout.count());
  jdbc::ConnectOptionsMap options;
  options["userName"] = jdbc::SQLString{target.user};
  options["password"] = jdbc::SQLString{target.password};
  options["schema"] = jdbc::SQLString{target.schema};
  options["OPT_CHARSET_NAME"] = jdbc::SQLString{"utf8mb4"};
  options["OPT_CONNECT_TIMEOUT"] = timeout;
  options["OPT_READ_TIMEOUT"] = timeout;
  options["OPT_WRITE_TIMEOUT"] = timeout;
  options["OPT_RECONNECT"] = false;
  options["CLIENT_LOCAL_FILES"] = false;
  options["OPT_LOCAL_INFILE"] = 0;
  if (target.host.empty()) {
    options["hostName"] = jdbc::SQLString{"localhost"};
    if (!target.unix_socket.empty()) options["socket"] = jdbc::SQLString{target.unix_socket};
  } else {
    options["hostName"] = jdbc::SQLString{fmt::format("tcp://{}:{}", target.host, target.port)};
  }
  if (!target.tls_ca.empty()) {
    options["sslCA"] = jdbc::SQLString{target.tls_ca};
    options["sslVerify"] = true;
    options["sslEnforce"] = true;
  }
  return options;
}

/// What a SET says besides, so that the server itself gives long SELECTs up: MariaDB counts seconds, and passes over what is
/// for MySQL 5.7 and later; MySQL counts milliseconds.
std::string time_limit(seconds limit) {
  return fmt::format(" /*M! , max_statement_time = {} */ /*!50708 , max_execution_time = {} */", limit.count(),
                     std::chrono::milliseconds{limit}.count());
}

std::unique_ptr<jdbc::Connection> connected(const Target& target) {
  jdbc::ConnectOptionsMap options = connect_options(target);
  return std::unique_ptr<jdbc::Connection>{jdbc::mysql::get_mysql_driver_instance()->connect(options)};
}

}  // namespace

MysqlSession::MysqlSession(const Target& target, const Dialect& dialect)
    : dialect_(dialect), connection_(connected(target)), clock_(prepare(target)), last_used_(steady_clock::now()) {}

std::vector<Row> MysqlSession::query(std::string_view statement, const std::vector<Value>& values) {
  jdbc::PreparedStatement& prepared = prepared_for(statement);
  bind(prepared, values);
  last_used_ = steady_clock::now();
  const std::unique_ptr<jdbc::ResultSet> result{prepared.executeQuery()};
  return read_rows(*result);
}

std::int64_t MysqlSession::execute(std::string_view statement, const std::vector<Value>& values, bool& sent) {
  jdbc::PreparedStatement& prepared = prepared_for(statement);
  bind(prepared, values);
  last_used_ = steady_clock::now();
  sent = true;
  return prepared.executeUpdate();
}

void MysqlSession::run(std::string_view statement, bool& sent) {
  const std::unique_ptr<jdbc::Statement> plain{connection_->createStatement()};
  last_used_ = steady_clock::now();
  sent = true;
  plain->execute(dialect_.expand(statement));
}

SampledClock MysqlSession::prepare(const Target& target) {
  const std::unique_ptr<jdbc::Statement> plain{connection_->createStatement()};
  const auto first_row = [&](const char* statement) {
    std::unique_ptr<jdbc::ResultSet> result{plain->executeQuery(statement)};
    if (!result->next()) throw jdbc::SQLException{"an empty answer", "HY000", 2027};
    return result;
  };
  if (!target.tls_ca.empty() && first_row("SHOW STATUS LIKE 'Ssl_cipher'")->getString(2).length() == 0) {
    throw jdbc::SQLException{"the connection is not encrypted", "HY000", 2026};
  }
  // A lock time-out must come before the read time-out; reads must see what other nodes of a cluster committed.
  const bool questions = target.access == Access::questions;
  plain->execute(
      "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', "
      "innodb_lock_wait_timeout = 1 /*M! , wsrep_sync_wait = 3 */" +
      (questions ? time_limit(target.timeout) : ""));
  if (questions) plain->execute("SET SESSION TRANSACTION READ ONLY");
  if (target.now) return SampledClock::from(*target.now);
  return SampledClock{first_row("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)")->getInt64(1)};
}

jdbc::PreparedStatement& MysqlSession::prepared_for(std::string_view statement) {
  auto found = prepared_.find(statement);
  if (found == prepared_.end()) {
    std::unique_ptr<jdbc::PreparedStatement> made{connection_->prepareStatement(dialect_.expand(statement))};
    found = prepared_.emplace(statement, std::move(made)).first;
  }
  return *found->second;
}

}  // namespace claimcheck::sql
