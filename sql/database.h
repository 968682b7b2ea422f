#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/settings.h"
#include "core/time.h"

namespace claimcheck::sql {

/// A value bound to a `?` or read from a column: NULL, a whole number, or UTF-8 text.
using Value = std::variant<std::nullptr_t, std::int64_t, std::string>;
using Row = std::vector<Value>;

/// Thrown by execute() when a UNIQUE or PRIMARY KEY constraint refuses a row (MySQL 1062; SQLITE_CONSTRAINT_UNIQUE,
/// SQLITE_CONSTRAINT_PRIMARYKEY). Stores turn it into a `false`; it never leaves this folder.
struct DuplicateKey {};

/// Thrown by execute() when the connection broke after the statement was sent: it may or may not have been carried out.
/// Stores answer it by reading again; it never leaves this folder.
struct InDoubt {};

/// What may be done over a connection.
enum class Access {
  full,
  /// Only reading, and for no statement longer than Target::timeout. Statements are an operator's: run as they stand, `{name}`
  /// is nothing special. An SQLite file is not made if there is none.
  questions,
};

/// How long a connection waits, and how to reach the server.
struct Target {
  enum class Kind { sqlite, mysql };
  Kind kind = Kind::sqlite;
  std::string path;  ///< sqlite: the file
  std::string host;  ///< mysql: empty with a unix socket
  int port = 3306;
  std::string unix_socket;  ///< mysql: empty for TCP
  std::string user, password, schema;
  std::string tls_ca;        ///< mysql: a CA file; not empty means the certificate and its name are verified
  std::string table_prefix;  ///< put before every table name: [A-Za-z0-9_]*
  seconds timeout{2};        ///< for connecting, and for any one answer
  Access access = Access::full;
  std::optional<Time> now;  ///< what the clock shows when a connection opens; the database's own if absent
};

/// Reads `sqlite:/path/file.db`, `mysql://user@host:3306/schema`, `mysql://user@localhost/schema?unix_socket=/run/x.sock`,
/// `…?tls_ca=/etc/ssl/ca.pem`; percent-encoding in any part. `localhost` without a port means the client library's default
/// unix socket. A password in the URL is accepted, but belongs in its own setting.
/// Throws Error{bad_request} whose message says what is wrong, without repeating a password.
Target parse_store_url(std::string_view url);

/// The target of a configuration: its URL, with its password and table prefix.
Target target_of(const StoreSettings& settings);

/// What to do about a lock that somebody else holds.
enum class IfHeld { wait, give_up };

/// One connection, opened on first use and again after it broke. Belongs to one thread.
///
/// Deadlocks and lock time-outs (1205, 1213, SQLITE_BUSY) are retried inside, with jitter, up to five times while less than
/// Target::timeout has passed. Everything else that the caller cannot help becomes Error{unavailable}; its text names the
/// driver's code, never a password.
/// In statements, `{name}` stands for the table `name` with the configured prefix, quoted for neither dialect.
class Database {
 public:
  virtual ~Database() = default;

  /// Runs a SELECT. After a connection that was lost while idle, connects and runs it once more.
  virtual std::vector<Row> query(std::string_view statement, const std::vector<Value>& values = {}) = 0;

  /// Runs an INSERT, UPDATE or DELETE on its own (autocommit). @return the number of rows it changed.
  /// After an INSERT `{if_there}` begins what becomes of a row that is there already, `{new name}` is the value that column
  /// `name` was to have; the number of rows is then the dialect's own.
  /// Throws DuplicateKey and InDoubt.
  virtual std::int64_t execute(std::string_view statement, const std::vector<Value>& values = {}) = 0;

  /// Runs a DDL statement as it stands, unprepared; `{name}` works, `{options}` becomes the dialect's table options (engine
  /// and collation on MySQL, nothing on SQLite), `{if_absent}` IF NOT EXISTS for an index: MySQL has no such words there, so
  /// an index that exists already (1061) counts as made.
  virtual void run(std::string_view statement) = 0;

  /// Whether the table that `{table}` stands for exists and has that column.
  virtual bool has_column(std::string_view table, std::string_view column) = 0;

  /// Lets go of what was overwritten or deleted, so far as this program rules the database's files: SQLite's write-ahead log
  /// is emptied into the file, unless somebody is reading for longer than Target::timeout. Nothing to do on MySQL.
  virtual void let_go() = 0;

  /// The database's clock: sampled when the connection opens, advanced by the steady clock in between.
  virtual Time now() = 0;

  /// Runs `work` while no other process runs work under the same name for these tables: GET_LOCK on MySQL, flock on the file
  /// "<database>.<name>.lock" for SQLite. Locks do not nest. A connection that breaks meanwhile is not opened again: what
  /// `work` runs on this database then fails.
  /// @return false if somebody else holds the lock and `if_held` says not to wait. Throws Error{unavailable} if it says to wait
  /// and ten seconds were not enough.
  virtual bool with_lock(std::string_view name, IfHeld if_held, const std::function<void()>& work) = 0;
};

/// Opens nothing yet; the first statement connects.
std::unique_ptr<Database> open_mysql(const Target& target);
std::unique_ptr<Database> open_sqlite(const Target& target);
/// By target.kind.
std::unique_ptr<Database> open_database(const Target& target);

/// Must be called once in main() before any thread starts: the first use of Connector/C++'s driver is not thread-safe.
void prepare_driver();

}  // namespace claimcheck::sql
