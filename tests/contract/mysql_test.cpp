#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "core/error.h"
#include "sql/migrate.h"
#include "sql/stores.h"
#include "tests/contract/places.h"
#include "tests/support/mariadb.h"

namespace claimcheck {
namespace {

using sql::Row;
using sql::Value;
using std::chrono::steady_clock;
using test::MariaDb;

constexpr std::int64_t one = 1;

/// What `work` throws as Error; checks that it is unavailable.
template <class Work>
std::string unavailable(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::unavailable);
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

class MysqlDriver : public testing::Test {
 protected:
  static void SetUpTestSuite() { sql::prepare_driver(); }

  /// A table of two rows: id 1 and 2, n 0.
  MysqlDriver() {
    auto database = connect();
    database->run("CREATE TABLE {t} (id BIGINT PRIMARY KEY, n BIGINT, word VARCHAR(10), page MEDIUMTEXT) {options}");
    database->execute("INSERT INTO {t} (id, n) VALUES (1, 0), (2, 0)");
  }

  std::unique_ptr<sql::Database> connect(seconds timeout = seconds{20}) { return test::open_store(url_, timeout); }

  MariaDb& server_ = MariaDb::shared();
  std::string url_ = server_.fresh_schema("driver");
};

std::int64_t number(const std::vector<Row>& rows) {
  return std::get<std::int64_t>(rows.at(0).at(0));
}

TEST_F(MysqlDriver, ValuesComeBackAsTheyWereBound) {
  auto database = connect();
  const std::string page(3'000'000, 'p'), word = "\xF0\x9F\x94\x91' \\ ";
  for (const Row& row : {Row{one, word, page}, Row{nullptr, nullptr, nullptr},
                         Row{std::numeric_limits<std::int64_t>::min(), "", std::string("a\0b", 3)}}) {
    database->execute("UPDATE {t} SET n = ?, word = ?, page = ? WHERE id = 1", row);
    EXPECT_EQ(database->query("SELECT n, word, page FROM {t} WHERE id = 1"), std::vector<Row>{row});
  }
  EXPECT_EQ(number(database->query("SELECT COUNT(*) FROM {t}")), 2);
}

TEST_F(MysqlDriver, ADuplicateKeyIsToldApart) {
  auto database = connect();
  EXPECT_THROW(database->execute("INSERT INTO {t} (id) VALUES (?)", {one}), sql::DuplicateKey);
  EXPECT_EQ(database->execute("UPDATE {t} SET n = 5 WHERE id = ?", {one}), 1) << "the connection is still good";
  EXPECT_EQ(database->execute("UPDATE {t} SET n = 5 WHERE id = 3"), 0);
}

TEST_F(MysqlDriver, AStatementIsPreparedOnce) {
  auto database = connect();
  for (int count = 0; count < 50; ++count) database->execute("UPDATE {t} SET n = n + 1 WHERE id = ?", {one});
  const auto rows = database->query("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'");
  EXPECT_EQ(rows.at(0).at(1), Value{"2"});
}

TEST_F(MysqlDriver, AFaultyStatementIsUnavailableAndNamesTheCode) {
  auto database = connect();
  const std::string text = unavailable([&] { database->query("SELECT * FROM {missing}"); });
  EXPECT_NE(text.find("1146"), std::string::npos) << text;
}

TEST_F(MysqlDriver, TextThatDoesNotFitIsRefusedNotCutOff) {
  server_.statement("SET GLOBAL sql_mode = ''");
  auto database = connect();
  unavailable([&] { database->execute("UPDATE {t} SET word = '12345678901' WHERE id = 1"); });
  EXPECT_EQ(database->query("SELECT word FROM {t} WHERE id = 1"), (std::vector<Row>{{nullptr}}));
  server_.statement("SET GLOBAL sql_mode = DEFAULT");
}

TEST_F(MysqlDriver, TheClockIsTheServersWhateverItsTimeZone) {
  server_.statement("SET GLOBAL time_zone = '+05:00'");
  auto database = connect();
  const auto at_server = [&] { return from_unix(std::stoll(server_.statement("SELECT UNIX_TIMESTAMP()"))); };
  const Time before = at_server(), told = database->now(), after = at_server();
  EXPECT_LE(before, told + seconds{1});
  EXPECT_LE(told, after + seconds{1});
  server_.statement("SET GLOBAL time_zone = DEFAULT");
}

TEST_F(MysqlDriver, NoFileOfThisMachineCanBeLoadedByTheServer) {
  EXPECT_EQ(server_.statement("SELECT @@GLOBAL.local_infile"), "1\n") << "the server would";
  test::TemporaryFolder folder;
  test::write_file(folder / "file", "3\n");
  auto database = connect();
  const std::string load = "LOAD DATA LOCAL INFILE '" + (folder / "file").string() + "' INTO TABLE {t} (id)";
  unavailable([&] { database->run(load); });
  EXPECT_EQ(number(connect()->query("SELECT COUNT(*) FROM {t}")), 2);
}

TEST_F(MysqlDriver, TextIsComparedBitByBitThoughTheServersDefaultIsNot) {
  EXPECT_EQ(server_.statement("SELECT 'a' = 'A'"), "1\n") << "the server's default";
  auto database = connect();
  sql::migrate(*database);
  EXPECT_EQ(database->query("SELECT table_name, column_name FROM information_schema.columns "
                            "WHERE table_schema = DATABASE() AND collation_name <> 'utf8mb4_bin'"),
            std::vector<Row>{});
  EXPECT_EQ(database->query("SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = DATABASE()"),
            (std::vector<Row>{{"InnoDB"}}));
}

TEST_F(MysqlDriver, EveryTableCarriesThePrefix) {
  auto database = connect();
  database->run("DROP TABLE {t}");
  sql::migrate(*database);
  EXPECT_EQ(server_.statement("SHOW TABLES FROM driver"),
            "test_api_keys\ntest_deliveries\ntest_facts\ntest_hourly\ntest_mails\ntest_meta\ntest_old_secrets\ntest_"
            "payments\ntest_refusals\ntest_removals\ntest_tokens\n");
}

TEST_F(MysqlDriver, TheSweepIsARangeOfAnIndex) {
  auto database = connect();
  sql::migrate(*database);
  sql::SqlTokenStore tokens{*database};
  for (int count = 0; count < 200; ++count) ASSERT_TRUE(tokens.add(test::sample_token(count)));
  const auto plan = database->query("EXPLAIN SELECT id FROM {tokens} WHERE cleaned_at IS NULL AND ends_at <= 5 AND id > ''");
  EXPECT_EQ(plan.at(0).at(5), Value{"test_tokens_by_end"});
}

TEST_F(MysqlDriver, AConnectionThatIsRefusedIsUnavailableAtOnceAndItsPasswordNotShown) {
  server_.statement("CREATE OR REPLACE USER guest@localhost IDENTIFIED BY 'right'");
  const std::string socket = "?unix_socket=" + server_.socket();
  for (const std::string& url :
       {"mysql://guest:hush@localhost/driver" + socket, "mysql://nobody:hush@localhost/driver" + socket,
        "mysql://root@localhost/missing" + socket, std::string{"mysql://root:hush@localhost/driver?unix_socket=/nowhere/sock"},
        fmt::format("mysql://root:hush@127.0.0.1:{}/driver", test::free_port()),
        std::string{"mysql://root:hush@host.invalid/driver"}}) {
    SCOPED_TRACE(url);
    const auto started = steady_clock::now();
    const std::string text = unavailable([&] { test::open_store(url)->query("SELECT 1"); });
    EXPECT_LT(steady_clock::now() - started, seconds{5});
    EXPECT_EQ(text.find("hush"), std::string::npos) << text;
    EXPECT_NE(text.find("MySQL error "), std::string::npos) << text;
  }
}

TEST_F(MysqlDriver, AnEncryptedConnectionNeedsTheRightCertificateAndName) {
  const auto url = [&](const std::string& host, const std::string& ca) {
    return fmt::format("mysql://root@{}:{}/driver?tls_ca={}", host, server_.port(), ca);
  };
  auto database = test::open_store(url("127.0.0.1", server_.certificate()));
  EXPECT_NE(database->query("SHOW STATUS LIKE 'Ssl_cipher'").at(0).at(1), Value{""});

  test::TemporaryFolder folder;
  const std::string other = folder / "ca.pem";
  const auto made = test::run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-subj", "/CN=127.0.0.1", "-keyout", folder / "key.pem", "-out", other});
  ASSERT_EQ(made.status, 0) << made.err;
  server_.statement("CREATE OR REPLACE USER root@'%'; GRANT ALL ON *.* TO root@'%'");
  for (const auto& wrong : {url("127.0.0.1", other), url("localhost", server_.certificate()), url("127.0.0.1", "/nowhere")}) {
    SCOPED_TRACE(wrong);
    unavailable([&] { test::open_store(wrong)->query("SELECT 1"); });
  }
  server_.statement("DROP USER root@'%'");
}

TEST_F(MysqlDriver, AWriterThatMeetsALockTriesAgain) {
  auto holder = connect();
  holder->run("START TRANSACTION");
  holder->execute("UPDATE {t} SET n = n + 1 WHERE id = 1");
  const auto waits = [&] {
    return std::stoi(
        server_.statement("SELECT variable_value FROM information_schema.global_status "
                          "WHERE variable_name = 'Innodb_row_lock_waits'"));
  };
  const int before = waits();
  std::thread writer{[&] { EXPECT_EQ(connect()->execute("UPDATE {t} SET n = n + 1 WHERE id = 1"), 1); }};
  test::wait_until("the writer waits for the second time", [&] { return waits() >= before + 2; });
  holder->run("COMMIT");
  writer.join();
  EXPECT_EQ(number(connect()->query("SELECT n FROM {t} WHERE id = 1")), 2);
}

TEST_F(MysqlDriver, ALockThatIsNotGivenBackMakesOthersUnavailableAfterTheTimeOut) {
  auto holder = connect(), other = connect(seconds{2});
  holder->run("START TRANSACTION");
  holder->execute("UPDATE {t} SET n = n + 1 WHERE id = 1");
  const auto started = steady_clock::now();
  const std::string text = unavailable([&] { other->execute("UPDATE {t} SET n = n + 1 WHERE id = 1"); });
  EXPECT_LT(steady_clock::now() - started, seconds{5});
  EXPECT_NE(text.find("1205"), std::string::npos) << text;
}

TEST_F(MysqlDriver, TheVictimOfADeadlockTriesAgain) {
  const auto status = [&](const std::string& name) {
    return std::stoi(
        server_.statement("SELECT variable_value FROM information_schema.global_status WHERE variable_name = '" + name + "'"));
  };
  auto heavy = connect();
  heavy->run("START TRANSACTION");
  // The server rolls back the one that changed less.
  for (std::int64_t id = 10; id < 40; ++id) heavy->execute("INSERT INTO {t} (id, n) VALUES (?, 0)", {id});
  heavy->execute("UPDATE {t} SET n = n + 1 WHERE id = 2");
  const int deadlocks = status("Innodb_deadlocks"), waits = status("Innodb_row_lock_waits");
  std::thread light{[&] { EXPECT_EQ(connect()->execute("UPDATE {t} SET n = n + 1 WHERE id IN (1, 2)"), 2); }};
  test::wait_until("the light one waits", [&] { return status("Innodb_row_lock_waits") > waits; });
  heavy->execute("UPDATE {t} SET n = n + 1 WHERE id = 1");
  EXPECT_EQ(status("Innodb_deadlocks"), deadlocks + 1);
  heavy->run("COMMIT");
  light.join();
  EXPECT_EQ(connect()->query("SELECT n FROM {t} WHERE id < 3 ORDER BY id"), (std::vector<Row>{{2 * one}, {2 * one}}));
}

TEST_F(MysqlDriver, ALockIsHeldByOneAndGivenBackAfterAFault) {
  constexpr int threads = 8, rounds = 5;
  std::atomic<int> entered = 0, inside = 0;  // the lock is the server's; no sanitizer sees it order threads
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
  bool other_name = false;
  connect()->with_lock("job", sql::IfHeld::wait,
                       [&] { connect()->with_lock("another job", sql::IfHeld::wait, [&] { other_name = true; }); });
  EXPECT_TRUE(other_name);
}

}  // namespace
}  // namespace claimcheck
