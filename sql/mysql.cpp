#include <cppconn/datatype.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#include <fmt/format.h>
#include <mysql_connection.h>
#include <mysql_driver.h>

#include <type_traits>
#include <utility>

#include "core/error.h"
#include "core/secret.h"
#include "sql/database.h"
#include "sql/driver.h"

namespace claimcheck::sql {
namespace {

namespace jdbc = ::sql;
using std::chrono::steady_clock;

/// What a driver's error code means for us: server errors are below 2000 and above 2999, the client's own in between.
enum class Trouble {
  duplicate,  ///< a UNIQUE or PRIMARY KEY constraint refused the row; or a new index has the name of an old one
  locked,     ///< a deadlock or lock time-out; the statement was rolled back
  unsent,     ///< the connection is gone and the statement never left
  lost,       ///< the connection is of no more use, and the statement may have been carried out
  quorum,     ///< this node of a cluster must not answer; the statement was not carried out
  refused,    ///< the server does not carry out this statement; the connection is sound
};

Trouble trouble(int code) {
  switch (code) {
    case 1061:
    case 1062:
      return Trouble::duplicate;
    case 1205:
    case 1213:
      return Trouble::locked;
    case 2006:  // the connection was found closed while sending
    case 2030:  // the statement's handle is not known any more
    case 2056:
      return Trouble::unsent;  // the statement was closed together with its connection
    case 1053:                 // shutdown in progress
    case 1927:
      return Trouble::lost;  // connection killed; 2013 and 2055 are client errors
    case 1047:
      return Trouble::quorum;
    default:
      return code >= 2000 && code <= 2999 ? Trouble::lost : Trouble::refused;
  }
}

Error unavailable(const std::string& what, const jdbc::SQLException& cause, const std::string& password) {
  const std::string text = cause.what();
  const bool safe = password.empty() || text.find(password) == std::string::npos;
  return Error{Errc::unavailable, fmt::format("{}: MySQL error {} ({}) {}", what, cause.getErrorCode(), cause.getSQLStateCStr(),
                                              safe ? text : "")};
}

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

/// One connection to the server while it lasts. Throws what the driver throws.
class Session {
 public:
  Session(const Target& target, const Dialect& dialect)
      : dialect_(dialect), connection_(connected(target)), clock_(prepare(target)), last_used_(steady_clock::now()) {}

  std::vector<Row> query(std::string_view statement, const std::vector<Value>& values) {
    jdbc::PreparedStatement& prepared = prepared_for(statement);
    bind(prepared, values);
    last_used_ = steady_clock::now();
    const std::unique_ptr<jdbc::ResultSet> result{prepared.executeQuery()};
    return read_rows(*result);
  }

  /// @param sent  becomes true when the statement is on its way
  std::int64_t execute(std::string_view statement, const std::vector<Value>& values, bool& sent) {
    jdbc::PreparedStatement& prepared = prepared_for(statement);
    bind(prepared, values);
    last_used_ = steady_clock::now();
    sent = true;
    return prepared.executeUpdate();
  }

  void run(std::string_view statement, bool& sent) {
    const std::unique_ptr<jdbc::Statement> plain{connection_->createStatement()};
    last_used_ = steady_clock::now();
    sent = true;
    plain->execute(dialect_.expand(statement));
  }

  /// Asks the server whether it is still there.
  bool alive() { return connection_->isValid(); }
  steady_clock::duration idle() const { return steady_clock::now() - last_used_; }
  const SampledClock& clock() const { return clock_; }

 private:
  static std::unique_ptr<jdbc::Connection> connected(const Target& target) {
    jdbc::ConnectOptionsMap options = connect_options(target);
    return std::unique_ptr<jdbc::Connection>{jdbc::mysql::get_mysql_driver_instance()->connect(options)};
  }

  /// Makes the session strict and looks at the server's clock.
  SampledClock prepare(const Target& target) {
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
    plain->execute(
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', "
        "innodb_lock_wait_timeout = 1 /*M! , wsrep_sync_wait = 3 */");
    if (target.now) return SampledClock::from(*target.now);
    return SampledClock{first_row("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)")->getInt64(1)};
  }

  jdbc::PreparedStatement& prepared_for(std::string_view statement) {
    auto found = prepared_.find(statement);
    if (found == prepared_.end()) {
      std::unique_ptr<jdbc::PreparedStatement> made{connection_->prepareStatement(dialect_.expand(statement))};
      found = prepared_.emplace(statement, std::move(made)).first;
    }
    return *found->second;
  }

  const Dialect& dialect_;
  std::unique_ptr<jdbc::Connection> connection_;
  SampledClock clock_;
  Prepared<std::unique_ptr<jdbc::PreparedStatement>> prepared_;  // ends before its connection
  steady_clock::time_point last_used_;
};

class MysqlDatabase final : public Database {
 public:
  explicit MysqlDatabase(const Target& target)
      : target_(target),
        dialect_{.table_prefix = target.table_prefix,
                 .options = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
                 .if_absent = ""},
        jitter_(make_jitter()) {}

  std::vector<Row> query(std::string_view statement, const std::vector<Value>& values) override {
    return persist([&](Session& session, bool&) { return session.query(statement, values); });
  }

  std::int64_t execute(std::string_view statement, const std::vector<Value>& values) override {
    check_idle_connection();
    return persist([&](Session& session, bool& sent) { return session.execute(statement, values, sent); });
  }

  void run(std::string_view statement) override {
    check_idle_connection();
    try {
      persist([&](Session& session, bool& sent) { session.run(statement, sent); });
    } catch (const InDoubt&) {
      throw Error{Errc::unavailable, "the connection to MySQL broke while a statement ran"};
    } catch (const DuplicateKey&) {
      return;  // an index of that name
    }
  }

  void let_go() override {}

  bool has_column(std::string_view table, std::string_view column) override {
    const auto rows =
        query("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND column_name = ?",
              {target_.schema, target_.table_prefix + std::string{table}, std::string{column}});
    return std::get<std::int64_t>(rows.at(0).at(0)) > 0;
  }

  Time now() override {
    if (clock_) return clock_->now();
    connect();
    return session_->clock().now();
  }

  bool with_lock(std::string_view name, IfHeld if_held, const std::function<void()>& work) override {
    // Names belong to the server, not to the schema, and have at most 64 characters.
    const std::string zero(1, '\0');
    const std::string lock = Digest::of(target_.schema + zero + target_.table_prefix + zero + std::string{name}).hex();
    const Row yes{std::int64_t{1}};
    const LockScope scope{*this};
    if (!acquire_lock(name, if_held, [&] { return query("SELECT GET_LOCK(?, 0)", {lock}).at(0) == yes; })) return false;
    work();
    return true;
  }

 private:
  /// A lock ends with its connection. So while it may be held no other connection is opened, and afterwards this one is
  /// closed, which gives the lock back whatever happened.
  class LockScope {
   public:
    explicit LockScope(MysqlDatabase& database) : database_(database) {
      if (database_.locking_) throw Error{Errc::internal, "locks do not nest"};
      database_.check_idle_connection();
      if (!database_.session_) database_.connect();
      database_.locking_ = true;
    }
    ~LockScope() {
      database_.session_.reset();
      database_.locking_ = false;
    }
    LockScope(const LockScope&) = delete;
    LockScope& operator=(const LockScope&) = delete;

   private:
    MysqlDatabase& database_;
  };

  /// Runs `work` on the open connection until it succeeds or there is no sense in trying again.
  template <class Work>
  std::invoke_result_t<Work, Session&, bool&> persist(const Work& work) {
    Patience patience{target_.timeout};
    for (bool renewed = false;;) {
      if (!session_) connect();
      bool sent = false;
      try {
        return work(*session_, sent);
      } catch (const jdbc::SQLException& cause) {
        recover(cause, sent, patience, renewed);
      }
    }
  }

  /// Returns if the statement may be tried again; else throws what the caller is to know.
  void recover(const jdbc::SQLException& cause, bool sent, Patience& patience, bool& renewed) {
    const Trouble what = trouble(cause.getErrorCode());
    if (what == Trouble::duplicate) throw DuplicateKey{};
    if (what == Trouble::locked && patience.again(jitter_)) return;
    if (what == Trouble::unsent || what == Trouble::lost || what == Trouble::quorum) session_.reset();
    if (what == Trouble::lost && sent) throw InDoubt{};
    // Only a server that failed at once is worth another try: one that hangs is not waited for twice.
    const bool at_once = patience.elapsed() < seconds{1};
    if ((what == Trouble::unsent || what == Trouble::lost) && at_once && !renewed) {
      renewed = true;
      return;
    }
    throw unavailable("a statement failed", cause, target_.password);
  }

  /// A write into a connection that broke while nobody looked would be in doubt, so the server is asked first.
  void check_idle_connection() {
    if (!session_ || session_->idle() < seconds{1}) return;
    const auto asked = steady_clock::now();
    if (session_->alive()) return;
    session_.reset();
    if (steady_clock::now() - asked >= seconds{1}) throw Error{Errc::unavailable, "MySQL does not answer"};
  }

  void connect() {
    if (locking_) throw Error{Errc::unavailable, "the connection to MySQL broke, and with it the lock"};
    try {
      session_ = std::make_unique<Session>(target_, dialect_);
      clock_ = session_->clock();
    } catch (const jdbc::SQLException& cause) {
      throw unavailable("no connection to MySQL", cause, target_.password);
    }
  }

  Target target_;
  Dialect dialect_;
  std::minstd_rand jitter_;
  std::optional<SampledClock> clock_;
  std::unique_ptr<Session> session_;
  bool locking_ = false;
};

}  // namespace

std::unique_ptr<Database> open_mysql(const Target& target) {
  return std::make_unique<MysqlDatabase>(target);
}

void prepare_driver() {
  jdbc::mysql::get_mysql_driver_instance();
}

}  // namespace claimcheck::sql
