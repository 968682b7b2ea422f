#include <cppconn/exception.h>
#include <fmt/format.h>
#include <mysql_driver.h>

#include <type_traits>
#include <utility>

#include "core/error.h"
#include "core/secret.h"
#include "sql/database.h"
#include "sql/driver.h"
#include "sql/mysql_session.h"

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

class MysqlDatabase final : public Database {
 public:
  explicit MysqlDatabase(const Target& target)
      : target_(target),
        dialect_{.table_prefix = target.table_prefix,
                 .options = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
                 .if_absent = "",
                 .if_there = "ON DUPLICATE KEY UPDATE",
                 .new_open = "VALUES(",
                 .new_close = ")",
                 .access = target.access},
        jitter_(make_jitter()) {}

  std::vector<Row> query(std::string_view statement, const std::vector<Value>& values) override {
    return persist([&](MysqlSession& session, bool&) { return session.query(statement, values); });
  }

  std::int64_t execute(std::string_view statement, const std::vector<Value>& values) override {
    check_idle_connection();
    return persist([&](MysqlSession& session, bool& sent) { return session.execute(statement, values, sent); });
  }

  void run(std::string_view statement) override {
    check_idle_connection();
    try {
      persist([&](MysqlSession& session, bool& sent) { session.run(statement, sent); });
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
  std::invoke_result_t<Work, MysqlSession&, bool&> persist(const Work& work) {
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
      session_ = std::make_unique<MysqlSession>(target_, dialect_);
      clock_ = session_->clock();
    } catch (const jdbc::SQLException& cause) {
      throw unavailable("no connection to MySQL", cause, target_.password);
    }
  }

  Target target_;
  Dialect dialect_;
  std::minstd_rand jitter_;
  std::optional<SampledClock> clock_;
  std::unique_ptr<MysqlSession> session_;
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
