#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <type_traits>

#include "core/error.h"
#include "sql/database.h"
#include "sql/driver.h"
#include "sql/sqlite_session.h"

namespace claimcheck::sql {
namespace {

[[noreturn]] void throw_unavailable(const std::string& what, int number) {
  throw Error{Errc::unavailable, fmt::format("{}: {}", what, std::strerror(number))};
}

/// With extended codes on, the driver reports those; their lowest byte is the class.
int error_class(const SQLite::Exception& cause) {
  return cause.getErrorCode() & 0xff;
}

bool is_lock(const SQLite::Exception& cause) {
  return error_class(cause) == SQLITE_BUSY || error_class(cause) == SQLITE_LOCKED;
}

/// A process of root's makes the files beside the database and then gives them to its owner: in between nobody else can open
/// them, and who tries just then may get one for reading only.
bool is_passing(const SQLite::Exception& cause) {
  const int code = error_class(cause);
  return is_lock(cause) || code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
}

bool is_duplicate(const SQLite::Exception& cause) {
  const int code = cause.getExtendedErrorCode();
  return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY;
}

/// Makes the file with mode 0600 if there is none; SQLite gives -wal and -shm the same mode. The file is never opened here:
/// closing it would drop the locks that other connections of this process hold on it.
void create_private(const std::string& path) {
  if (::mknod(path.c_str(), S_IFREG | 0600, 0) != 0 && errno != EEXIST) throw_unavailable("cannot create " + path, errno);
}

/// A lock among processes and among the connections of one, by flock.
class LockFile {
 public:
  explicit LockFile(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (file_ < 0) throw_unavailable("cannot open " + path, errno);
  }
  ~LockFile() { ::close(file_); }
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  bool acquired() const {
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) throw_unavailable("cannot lock the database", errno);
    return false;
  }

 private:
  int file_;
};

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(const Target& target)
      : target_(target),
        dialect_{.table_prefix = target.table_prefix,
                 .options = "",
                 .if_absent = "IF NOT EXISTS",
                 .if_there = "ON CONFLICT DO UPDATE SET",
                 .new_open = "excluded.",
                 .new_close = "",
                 .access = target.access},
        jitter_(make_jitter()) {}

  std::vector<Row> query(std::string_view statement, const std::vector<Value>& values) override {
    return persist([&](SqliteSession& session) { return session.query(statement, values); });
  }

  std::int64_t execute(std::string_view statement, const std::vector<Value>& values) override {
    return persist([&](SqliteSession& session) { return session.execute(statement, values); });
  }

  void run(std::string_view statement) override {
    persist([&](SqliteSession& session) { session.run(statement); });
  }

  void let_go() override { query("PRAGMA wal_checkpoint(TRUNCATE)", {}); }

  bool has_column(std::string_view table, std::string_view column) override {
    return !query("SELECT 1 FROM pragma_table_info(?) WHERE name = ?",
                  {target_.table_prefix + std::string{table}, std::string{column}})
                .empty();
  }

  Time now() override {
    if (!clock_ && target_.now) clock_.emplace(SampledClock::from(*target_.now));
    if (!clock_) {
      const auto rows = query("SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)", {});
      clock_.emplace(std::get<std::int64_t>(rows.at(0).at(0)));
    }
    return clock_->now();
  }

  bool with_lock(std::string_view name, IfHeld if_held, const std::function<void()>& work) override {
    if (locking_) throw Error{Errc::internal, "locks do not nest"};
    const LockFile lock{fmt::format("{}.{}.lock", target_.path, name)};
    if (!acquire_lock(name, if_held, [&] { return lock.acquired(); })) return false;
    const Marked marked{locking_};
    work();
    return true;
  }

 private:
  /// A flag that is set while this scope lasts.
  class Marked {
   public:
    explicit Marked(bool& flag) : flag_(flag) { flag_ = true; }
    ~Marked() { flag_ = false; }
    Marked(const Marked&) = delete;
    Marked& operator=(const Marked&) = delete;

   private:
    bool& flag_;
  };

  /// Runs `work` on the open file until it meets no lock or there is no sense in trying again.
  template <class Work>
  std::invoke_result_t<Work, SqliteSession&> persist(const Work& work) {
    Patience patience{target_.timeout};
    for (;;) {
      try {
        if (!session_) {
          if (target_.access == Access::full) create_private(target_.path);
          session_ = std::make_unique<SqliteSession>(target_, dialect_);
        }
        return work(*session_);
      } catch (const SQLite::Exception& cause) {
        if (is_duplicate(cause)) throw DuplicateKey{};
        // A damaged or vanished file may be a sound one when it is opened again.
        if (!is_lock(cause) && error_class(cause) != SQLITE_CONSTRAINT) session_.reset();
        if (is_passing(cause) && patience.again(jitter_)) continue;
        throw Error{Errc::unavailable,
                    fmt::format("SQLite error {} on {}: {}", cause.getExtendedErrorCode(), target_.path, cause.what())};
      }
    }
  }

  Target target_;
  Dialect dialect_;
  std::minstd_rand jitter_;
  std::optional<SampledClock> clock_;
  std::unique_ptr<SqliteSession> session_;
  bool locking_ = false;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const Target& target) {
  return std::make_unique<SqliteDatabase>(target);
}

}  // namespace claimcheck::sql
