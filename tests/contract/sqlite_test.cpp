#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "core/error.h"
#include "sql/migrate.h"
#include "tests/contract/places.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using sql::Row;
using sql::Value;
using std::chrono::steady_clock;

class SqliteDriver : public testing::Test {
 protected:
  std::unique_ptr<sql::Database> connect(seconds timeout = seconds{20}) { return test::open_store(url_, timeout); }

  /// A table of one row: id 1, n 0.
  void make_table() {
    auto database = connect();
    database->run("CREATE TABLE {t} (id BIGINT PRIMARY KEY, n BIGINT, word VARCHAR(10))");
    database->execute("INSERT INTO {t} (id, n) VALUES (1, 0)");
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "store.db";
  std::string url_ = "sqlite:" + path_;
};

mode_t mode_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) throw std::runtime_error("no file " + path);
  return status.st_mode & 07777;
}

TEST_F(SqliteDriver, ItsFilesAreForTheOwnerOnly) {
  const mode_t before = ::umask(0);
  auto database = connect();
  sql::migrate(*database);
  ::umask(before);
  for (const char* end : {"", "-wal", "-shm", ".migrate.lock"}) EXPECT_EQ(mode_of(path_ + end), 0600U) << end;
}

TEST_F(SqliteDriver, IsDurableAndLetsReadersAndAWriterWorkAtOnce) {
  auto database = connect(seconds{3});
  const auto pragma = [&](const std::string& name) { return database->query("PRAGMA " + name).at(0).at(0); };
  EXPECT_EQ(pragma("journal_mode"), Value{"wal"});
  EXPECT_EQ(pragma("synchronous"), Value{std::int64_t{2}});
  EXPECT_EQ(pragma("foreign_keys"), Value{std::int64_t{1}});
  EXPECT_EQ(pragma("busy_timeout"), Value{std::int64_t{3000}});
}

TEST_F(SqliteDriver, ValuesComeBackAsTheyWereBound) {
  make_table();
  auto database = connect();
  const std::vector<Row> rows =
      database->query("SELECT ?, ?, ?, ?, word FROM {t}", {nullptr, std::int64_t{-1}, "", std::string("a\0b", 3)});
  EXPECT_EQ(rows, (std::vector<Row>{{nullptr, std::int64_t{-1}, "", std::string("a\0b", 3), nullptr}}));
}

TEST_F(SqliteDriver, ADuplicateKeyIsToldApart) {
  make_table();
  auto database = connect();
  EXPECT_THROW(database->execute("INSERT INTO {t} (id, n) VALUES (1, 0)"), sql::DuplicateKey);
  EXPECT_EQ(database->execute("UPDATE {t} SET n = n + 1 WHERE id = 2"), 0);
  EXPECT_EQ(database->execute("UPDATE {t} SET n = n + 1 WHERE id = 1"), 1) << "the connection is still good";
}

TEST_F(SqliteDriver, AWriterThatKeepsTheFileLockedMakesOthersUnavailableAfterTheTimeOut) {
  make_table();
  auto holder = connect(), other = connect(seconds{1});
  holder->run("BEGIN IMMEDIATE");
  EXPECT_EQ(other->query("SELECT n FROM {t}"), (std::vector<Row>{{std::int64_t{0}}})) << "readers go on";
  const auto started = steady_clock::now();
  EXPECT_THROW(other->execute("UPDATE {t} SET n = 1"), Error);
  EXPECT_LT(steady_clock::now() - started, seconds{3});
  holder->run("COMMIT");
  EXPECT_EQ(other->execute("UPDATE {t} SET n = 1"), 1);
}

TEST_F(SqliteDriver, AWriterThatWaitsForAnotherGetsItsTurn) {
  make_table();
  auto holder = connect();
  holder->run("BEGIN IMMEDIATE");
  holder->execute("UPDATE {t} SET n = n + 1");
  std::thread waiter{[&] { EXPECT_EQ(connect()->execute("UPDATE {t} SET n = n + 1"), 1); }};
  holder->run("COMMIT");
  waiter.join();
  EXPECT_EQ(holder->query("SELECT n FROM {t}"), (std::vector<Row>{{std::int64_t{2}}}));
}

TEST_F(SqliteDriver, AFileThatCannotBeUsedIsUnavailable) {
  test::write_file(folder_ / "text.db", std::string(5000, 'x'));
  for (const char* name : {"text.db", "missing/store.db", "."}) {
    SCOPED_TRACE(name);
    auto database = test::open_store("sqlite:" + (folder_ / name).string());
    try {
      database->query("SELECT 1");
      ADD_FAILURE() << "answered";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::unavailable) << error.what();
    }
  }
}

TEST_F(SqliteDriver, AFaultyStatementIsUnavailableAndNamesTheCode) {
  auto database = connect();
  try {
    database->query("SELECT * FROM {missing}");
    ADD_FAILURE() << "answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::unavailable);
    EXPECT_NE(std::string{error.what()}.find("SQLite error 1 "), std::string::npos) << error.what();
  }
}

TEST_F(SqliteDriver, ALockIsHeldByOneAndGivenBackAfterAFault) {
  constexpr int threads = 8, rounds = 5;
  std::atomic<int> entered = 0, inside = 0;  // the lock is between processes; no sanitizer sees it order threads
  std::vector<std::thread> crowd;
  for (int thread = 0; thread < threads; ++thread) {
    crowd.emplace_back([&] {
      auto database = connect();
      for (int round = 0; round < rounds; ++round) {
        database->with_lock("job", sql::IfHeld::wait, [&] {
          EXPECT_EQ(++inside, 1);
          ++entered;
          --inside;
        });
      }
    });
  }
  for (auto& thread : crowd) thread.join();
  EXPECT_EQ(entered, threads * rounds);

  auto database = connect();
  EXPECT_THROW(database->with_lock("job", sql::IfHeld::wait, [] { throw std::runtime_error("fault"); }), std::runtime_error);
  bool other_name = false, again = false;
  database->with_lock("job", sql::IfHeld::wait, [&] {
    again = true;
    connect()->with_lock("another job", sql::IfHeld::wait, [&] { other_name = true; });
    EXPECT_THROW(database->with_lock("nested", sql::IfHeld::wait, [] {}), Error);
  });
  EXPECT_TRUE(again && other_name);
}

TEST_F(SqliteDriver, ALockThatIsNotGivenBackMakesOthersUnavailableAfterTenSeconds) {
  auto holder = connect(), other = connect();
  holder->with_lock("job", sql::IfHeld::wait, [&] {
    const auto started = steady_clock::now();
    EXPECT_THROW(other->with_lock("job", sql::IfHeld::wait, [] { ADD_FAILURE() << "entered"; }), Error);
    EXPECT_GE(steady_clock::now() - started, seconds{10});
  });
}

}  // namespace
}  // namespace claimcheck
