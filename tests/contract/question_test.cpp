#include "sql/question.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "core/error.h"
#include "sql/database.h"
#include "tests/contract/places.h"
#include "tests/support/mariadb.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using std::chrono::steady_clock;

/// A database of the site with a table of jobs; every test runs on each kind.
class SiteDatabase {
 public:
  virtual ~SiteDatabase() = default;
  virtual std::string url() = 0;
  /// A query that would run for half a minute.
  virtual std::string long_query() = 0;
};

class SqliteSite final : public SiteDatabase {
 public:
  std::string url() override { return "sqlite:" + (folder_ / "site.db").string(); }
  std::string long_query() override {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT COUNT(*) FROM n";
  }

 private:
  test::TemporaryFolder folder_;
};

class MariaDbSite final : public SiteDatabase {
 public:
  std::string url() override { return url_; }
  std::string long_query() override { return "SELECT SLEEP(30) = 0"; }

 private:
  std::string url_ = test::MariaDb::shared().fresh_schema("site");
};

struct SiteKind {
  const char* name;
  std::unique_ptr<SiteDatabase> (*make)();

  friend std::ostream& operator<<(std::ostream& out, const SiteKind& kind) { return out << kind.name; }
};

class QuestionContract : public testing::TestWithParam<SiteKind> {
 protected:
  static void SetUpTestSuite() { sql::prepare_driver(); }

  QuestionContract() : site_(GetParam().make()), owner_(sql::open_database(sql::parse_store_url(site_->url()))) {
    owner_->run("CREATE TABLE jobs (name VARCHAR(100), status VARCHAR(20), share DOUBLE, price DECIMAL(10,2), done BOOLEAN)");
    owner_->execute(
        "INSERT INTO jobs VALUES ('a', 'completed', 0.5, 12.50, 1), ('b', 'failed', 0.0, 0.00, 0), "
        "('c', 'running', NULL, NULL, NULL)");
    owner_->execute("INSERT INTO jobs (name, status) VALUES (?, 'odd')", {odd_name});
  }

  std::unique_ptr<Question> connect(seconds timeout = seconds{5}) {
    return sql::open_question({.database = site_->url(), .timeout = timeout}, {});
  }

  std::int64_t jobs() { return std::get<std::int64_t>(owner_->query("SELECT COUNT(*) FROM jobs").at(0).at(0)); }

  static constexpr const char* odd_name = "it's \"odd\" \\' -- ; \\\\ :a ? {jobs}";

  std::unique_ptr<SiteDatabase> site_;
  std::unique_ptr<sql::Database> owner_;
};

/// "yes", "no", "not_yet", or what keeps it from saying so.
std::string said(Question& question, const std::string& statement, const std::vector<std::string>& values = {}) {
  try {
    switch (question.ask({.statement = statement, .names = {}}, values)) {
      case Truth::yes:
        return "yes";
      case Truth::no:
        return "no";
      case Truth::not_yet:
        return "not_yet";
    }
  } catch (const Error& error) {
    return (error.code() == Errc::unavailable ? "unavailable: " : "another error: ") + std::string{error.what()};
  }
  return "nothing";
}

TEST_P(QuestionContract, TheFirstValueIsTheAnswer) {
  const struct {
    const char* statement;
    const char* expected;
  } cases[] = {
      {"SELECT 1", "yes"},
      {"SELECT 0", "no"},
      {"SELECT -1", "yes"},
      {"SELECT NULL", "not_yet"},
      {"SELECT 0.0", "no"},
      {"SELECT 0.001", "yes"},
      {"SELECT 1e-3", "yes"},
      {"SELECT '1'", "yes"},
      {"SELECT '0'", "no"},
      {"SELECT TRUE", "yes"},
      {"SELECT FALSE", "no"},
      {"SELECT done FROM jobs WHERE name = 'a'", "yes"},
      {"SELECT done FROM jobs WHERE name = 'b'", "no"},
      {"SELECT done FROM jobs WHERE name = 'c'", "not_yet"},
      {"SELECT share FROM jobs WHERE name = 'a'", "yes"},
      {"SELECT share FROM jobs WHERE name = 'b'", "no"},
      {"SELECT price FROM jobs WHERE name = 'a'", "yes"},
      {"SELECT price FROM jobs WHERE name = 'b'", "no"},
      {"SELECT SUM(done) FROM jobs", "yes"},
      {"SELECT COUNT(*) FROM jobs WHERE name = 'z'", "no"},
      {"SELECT status = 'completed' FROM jobs WHERE name = 'a'", "yes"},
      {"SELECT status = 'completed' FROM jobs WHERE name = 'b'", "no"},
      {"SELECT CASE status WHEN 'completed' THEN 1 WHEN 'failed' THEN 0 END FROM jobs WHERE name = 'c'", "not_yet"},
      {"SELECT done FROM jobs WHERE name = 'z'", "no"},
      {"SELECT 1 UNION ALL SELECT 0", "yes"},
  };
  auto question = connect();
  for (const auto& c : cases) EXPECT_EQ(said(*question, c.statement), c.expected) << c.statement;
}

TEST_P(QuestionContract, WhatIsNoAnswerIsUnavailable) {
  auto question = connect();
  for (const char* statement :
       {"SELECT 't'", "SELECT 'true'", "SELECT 'completed'", "SELECT ''", "SELECT '1 '", "SELECT ' 1'", "SELECT '0x1'",
        "SELECT 'nan'", "SELECT 'inf'", "SELECT '1e999'", "SELECT status FROM jobs WHERE name = 'a'", "SELECT 1, 1",
        "SELECT * FROM jobs", "SELECT nothing FROM jobs", "SELECT 1 FROM nowhere", "SELECT", "no SQL"}) {
    const std::string answer = said(*question, statement);
    EXPECT_TRUE(answer.starts_with("unavailable: ")) << statement << ": " << answer;
  }
  EXPECT_EQ(said(*question, "SELECT 1"), "yes") << "the next question is asked all the same";
}

TEST_P(QuestionContract, ValuesAreWordsAndNeverSql) {
  auto question = connect();
  const std::string statement = "SELECT COUNT(*) = 1 FROM jobs WHERE name = ?";
  EXPECT_EQ(said(*question, statement, {odd_name}), "yes");
  for (const char* value :
       {"' OR '1'='1", "\\' OR 1=1 -- ", "a' --", "a\\", "", "a; DROP TABLE jobs", "\" OR \"\"=\"", "1) OR (1"})
    EXPECT_EQ(said(*question, statement, {value}), "no") << value;
  EXPECT_EQ(said(*question, "SELECT ? = ? AND ? = ?", {"x'", "x'", "\\", "\\"}), "yes");
  EXPECT_EQ(jobs(), 4);
}

TEST_P(QuestionContract, BracesInAQueryAreNothingSpecial) {
  auto question = connect();
  EXPECT_EQ(said(*question, "SELECT '{jobs}' = ?", {"{jobs}"}), "yes");
  EXPECT_EQ(said(*question, "SELECT '{' = ? AND '}' = ?", {"{", "}"}), "yes");
}

TEST_P(QuestionContract, NothingCanBeWritten) {
  auto question = connect();
  for (const char* statement : {"INSERT INTO jobs (name) VALUES ('x')", "UPDATE jobs SET done = 1", "DELETE FROM jobs",
                                "DROP TABLE jobs", "CREATE TABLE more (a INT)", "REPLACE INTO jobs (name) VALUES ('x')",
                                "ALTER TABLE jobs ADD more INT", "CREATE INDEX i ON jobs (name)"}) {
    const std::string answer = said(*question, statement);
    EXPECT_TRUE(answer.starts_with("unavailable: ")) << statement << ": " << answer;
  }
  said(*question, "SELECT 1; DELETE FROM jobs");  // SQLite looks at the first statement only
  EXPECT_EQ(jobs(), 4);
  EXPECT_EQ(owner_->query("SELECT done FROM jobs WHERE name = 'b'"), (std::vector<sql::Row>{{std::int64_t{0}}}));
  EXPECT_EQ(said(*question, "SELECT COUNT(*) = 4 FROM jobs"), "yes");
}

TEST_P(QuestionContract, AQueryThatTakesTooLongIsGivenUpInTime) {
  auto question = connect(seconds{1});
  const auto asked = steady_clock::now();
  const std::string answer = said(*question, site_->long_query());
  EXPECT_TRUE(answer.starts_with("unavailable: ")) << answer;
  EXPECT_LT(steady_clock::now() - asked, seconds{4});
  EXPECT_EQ(said(*question, "SELECT 1"), "yes");
}

template <class Site>
std::unique_ptr<SiteDatabase> make() {
  return std::make_unique<Site>();
}

INSTANTIATE_TEST_SUITE_P(Everywhere, QuestionContract,
                         testing::Values(SiteKind{"Sqlite", make<SqliteSite>}, SiteKind{"MariaDb", make<MariaDbSite>}),
                         testing::PrintToStringParamName());

class MariaDbQuestion : public testing::Test {
 protected:
  static void SetUpTestSuite() { sql::prepare_driver(); }

  std::unique_ptr<Question> connect(seconds timeout = seconds{5}) {
    return sql::open_question({.timeout = timeout}, {.url = url_});
  }

  test::MariaDb& server_ = test::MariaDb::shared();
  std::string url_ = server_.fresh_schema("site");
};

TEST_F(MariaDbQuestion, NotEvenAFunctionCanWrite) {
  auto owner = sql::open_database(sql::parse_store_url(url_));
  for (const char* made :
       {"CREATE TABLE seen (n INT) ENGINE=InnoDB", "CREATE TABLE old (n INT) ENGINE=MyISAM", "CREATE SEQUENCE numbers",
        "CREATE FUNCTION note() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO seen VALUES (1); RETURN 1; END",
        "CREATE FUNCTION note_old() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO old VALUES (1); RETURN 1; END"})
    owner->run(made);
  auto question = connect();
  for (const char* statement :
       {"SELECT note()", "SELECT note_old()", "SELECT NEXTVAL(numbers)", "SELECT SETVAL(numbers, 50)"}) {
    const std::string answer = said(*question, statement);
    EXPECT_TRUE(answer.starts_with("unavailable: ")) << statement << ": " << answer;
  }
  EXPECT_EQ(server_.statement("SELECT COUNT(*) FROM site.seen"), "0\n");
  EXPECT_EQ(server_.statement("SELECT COUNT(*) FROM site.old"), "0\n");
  EXPECT_EQ(server_.statement("SELECT NEXTVAL(site.numbers)"), "1\n");
  EXPECT_EQ(owner->query("SELECT note()"), (std::vector<sql::Row>{{std::int64_t{1}}})) << "its owner can";
}

TEST_F(MariaDbQuestion, TheServerItselfGivesALongQueryUp) {
  auto question = connect(seconds{1});
  EXPECT_TRUE(said(*question, "SELECT SLEEP(30)").starts_with("unavailable: "));
  test::wait_until(
      "no query sleeps any more",
      [&] {
        return server_.statement("SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep'") == "0\n";
      },
      seconds{5});
}

TEST_F(MariaDbQuestion, AConnectionThatTheServerEndedIsOpenedAgainAndOnlyReads) {
  auto question = connect();
  EXPECT_EQ(said(*question, "SELECT 1"), "yes");
  const std::string others = "FROM information_schema.processlist WHERE db = 'site'";
  server_.statement("KILL " + server_.statement("SELECT MAX(id) " + others));
  test::wait_until("the connection is gone", [&] { return server_.statement("SELECT COUNT(*) " + others) == "0\n"; });
  EXPECT_EQ(said(*question, "SELECT @@tx_read_only"), "yes");
  EXPECT_EQ(said(*question, "SELECT @@max_statement_time = 5"), "yes");
}

TEST(SqliteQuestion, AFileThatIsMissingIsNotMade) {
  const test::TemporaryFolder folder;
  auto question = sql::open_question({.database = "sqlite:" + (folder / "missing.db").string()}, {});
  EXPECT_TRUE(said(*question, "SELECT 1").starts_with("unavailable: "));
  EXPECT_FALSE(std::filesystem::exists(folder / "missing.db"));
}

TEST(SqliteQuestion, AnOwnerThatWritesAllTheTimeIsNotInTheWay) {
  const test::TemporaryFolder folder;
  const std::string url = "sqlite:" + (folder / "site.db").string();
  auto owner = sql::open_database(sql::parse_store_url(url));
  owner->run("CREATE TABLE jobs (n BIGINT)");
  owner->run("BEGIN IMMEDIATE");
  owner->execute("INSERT INTO jobs VALUES (1)");
  auto question = sql::open_question({.database = url, .timeout = seconds{1}}, {});
  EXPECT_EQ(said(*question, "SELECT COUNT(*) FROM jobs"), "no");
  owner->run("COMMIT");
  EXPECT_EQ(said(*question, "SELECT COUNT(*) FROM jobs"), "yes");
}

TEST(OpenQuestion, AnAddressThatIsNoneIsRefused) {
  EXPECT_THROW(sql::open_question({.database = "postgres://x"}, {}), Error);
  EXPECT_THROW(sql::open_question({}, {.url = ""}), Error);
}

}  // namespace
}  // namespace claimcheck
