#include "sql/migrate.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <mutex>
#include <thread>

#include "core/error.h"
#include "sql/stores.h"
#include "tests/contract/places.h"
#include "tests/support/mariadb.h"

namespace claimcheck {
namespace {

/// An empty store; the folder is used by SQLite only.
struct StoreKind {
  const char* name;
  std::string (*make)(const test::TemporaryFolder& folder);

  friend std::ostream& operator<<(std::ostream& out, const StoreKind& kind) { return out << kind.name; }
};

class Migration : public testing::TestWithParam<StoreKind> {
 protected:
  static void SetUpTestSuite() { sql::prepare_driver(); }
  std::unique_ptr<sql::Database> connect() { return test::open_store(url_); }

  test::TemporaryFolder folder_;
  std::string url_ = GetParam().make(folder_);
  std::unique_ptr<sql::Database> database_ = connect();
};

/// Fails the test unless the store is complete.
void expect_usable(sql::Database& database) {
  sql::SqlTokenStore tokens{database};
  EXPECT_TRUE(tokens.add(test::sample_token(1)));
  EXPECT_EQ(tokens.find(test::sample_token(1).id), test::sample_token(1));
  EXPECT_EQ(sql::SqlKeyStore{database}.list(), std::vector<ApiKey>{});
  EXPECT_EQ(sql::SqlDeliveryLog{database}.of_token({"none"}, 1), std::vector<DeliveryRecord>{});
}

TEST_P(Migration, MakesAllTablesOnceInOrder) {
  const std::vector<std::string> pending = sql::pending_migrations(*database_);
  ASSERT_FALSE(pending.empty());
  EXPECT_EQ(pending.front(), "0001_meta");
  EXPECT_TRUE(std::is_sorted(pending.begin(), pending.end()));
  EXPECT_EQ(sql::migrate(*database_), pending);
  EXPECT_EQ(sql::migrate(*database_), std::vector<std::string>{});
  EXPECT_EQ(sql::pending_migrations(*connect()), std::vector<std::string>{});
  expect_usable(*database_);
}

TEST_P(Migration, OfEightThreadsAtOnceEachFileIsAppliedByOne) {
  constexpr int crowd_size = 8;
  const std::vector<std::string> pending = sql::pending_migrations(*database_);
  std::vector<std::string> applied;
  std::mutex mutex;
  std::barrier line{crowd_size};
  std::vector<std::thread> crowd;
  for (int index = 0; index < crowd_size; ++index) {
    crowd.emplace_back([&] {
      auto own = connect();
      line.arrive_and_wait();
      const auto names = sql::migrate(*own);
      const std::lock_guard guard{mutex};
      applied.insert(applied.end(), names.begin(), names.end());
    });
  }
  for (auto& thread : crowd) thread.join();
  EXPECT_EQ(applied, pending);
  expect_usable(*database_);
}

TEST_P(Migration, OfFourProcessesAtOnceEachSucceeds) {
  database_.reset();
  int gate[2];
  ASSERT_EQ(::pipe(gate), 0);
  std::array<pid_t, 4> children{};
  for (pid_t& child : children) {
    child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(gate[1]);
      char byte = 0;
      const auto opened = ::read(gate[0], &byte, 1);  // ends when the parent closes the gate
      int status = opened == 0 ? 0 : 2;
      try {
        sql::migrate(*connect());
      } catch (const Error& error) {
        std::fprintf(stderr, "migrate: %s\n", error.what());
        status = 1;
      }
      ::_exit(status);
    }
  }
  ::close(gate[0]);
  ::close(gate[1]);
  for (const pid_t child : children) {
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  expect_usable(*connect());
}

TEST_P(Migration, AFileThatRanButWasNotRecordedRunsAgain) {
  const auto all = sql::migrate(*database_);
  database_->execute("DELETE FROM {meta}");
  EXPECT_EQ(sql::migrate(*database_), all);
  expect_usable(*database_);
}

TEST_P(Migration, ANewerMajorSchemaIsRefused) {
  sql::migrate(*database_);
  for (const char* major : {"2", "10", "one"}) {
    database_->execute("UPDATE {meta} SET value = ? WHERE name = 'schema_major'", {major});
    EXPECT_THROW(sql::migrate(*database_), Error) << major;
    EXPECT_THROW(sql::pending_migrations(*database_), Error) << major;
  }
}

TEST_P(Migration, AMigrationThatANewerMinorVersionMadeIsNoHindrance) {
  sql::migrate(*database_);
  database_->execute("INSERT INTO {meta} (name, value) VALUES ('migration 9999_later', '0')");
  EXPECT_EQ(sql::migrate(*database_), std::vector<std::string>{});
}

TEST_P(Migration, TwoPrefixesInOneSchemaDoNotMeet) {
  sql::migrate(*database_);
  sql::Target target = sql::parse_store_url(url_);
  for (const char* prefix : {"", "other_"}) {
    target.table_prefix = prefix;
    auto other = sql::open_database(target);
    EXPECT_FALSE(other->has_column("tokens", "id"));
    sql::migrate(*other);
    EXPECT_TRUE(other->has_column("tokens", "id"));
    expect_usable(*other);
  }
  EXPECT_EQ(sql::SqlTokenStore{*database_}.list({}), std::vector<Token>{});
}

constexpr StoreKind store_kinds[] = {
    {"Sqlite", [](const test::TemporaryFolder& folder) { return "sqlite:" + (folder / "store.db").string(); }},
    {"MariaDb", [](const test::TemporaryFolder&) { return test::MariaDb::shared().fresh_schema("migration"); }}};

INSTANTIATE_TEST_SUITE_P(On, Migration, testing::ValuesIn(store_kinds),
                         [](const auto& store) { return std::string{store.param.name}; });

}  // namespace
}  // namespace claimcheck
