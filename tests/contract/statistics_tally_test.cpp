#include "core/error.h"
#include "sql/migrate.h"
#include "sql/stores.h"
#include "tests/contract/forwarding_database.h"
#include "tests/contract/statistics_fixture.h"
#include "tests/support/mariadb.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using namespace test;
using sql::Value;
using std::chrono::hours;

/// Passes everything on to another database until so many statements that write were carried out: then the process is as
/// good as dead.
class MortalDatabase final : public ForwardingDatabase {
 public:
  MortalDatabase(sql::Database& sound, int writes_left) : ForwardingDatabase(sound), writes_left_(writes_left) {}

  std::int64_t execute(std::string_view statement, const std::vector<Value>& values) override {
    if (writes_left_-- <= 0) throw Error{Errc::unavailable, "killed"};
    return ForwardingDatabase::execute(statement, values);
  }

 private:
  int writes_left_;
};

struct Store {
  const char* name;
  std::string (*url)(const TemporaryFolder& folder);
};

class TallyOfSql : public testing::TestWithParam<Store> {
 protected:
  TallyOfSql() {
    sql::prepare_driver();
    database_ = open_store(GetParam().url(folder_));
    sql::migrate(*database_);
  }

  /// Enough of different policies that an hour takes several statements.
  void fill(int hours_ago) {
    sql::SqlDeliveryLog log{*database_};
    sql::SqlTokenStore tokens{*database_};
    for (int policy = 0; policy < 40; ++policy) {
      Token token = sample_token(hours_ago * 100 + policy);
      token.policy = "policy" + std::to_string(policy);
      tokens.add(token);
      const Time ended = statistics_now - hours{hours_ago} + seconds{policy};
      const DeliveryRecord record{.id = token.id.text,
                                  .token = token.id,
                                  .claim = "claim",
                                  .started = ended,
                                  .ended = ended,
                                  .sent = 5,
                                  .completed = true};
      log.append({&record, 1});
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<sql::Database> database_;
};

TEST_P(TallyOfSql, WhereverItIsKilledTheNumbersAreTheSameAndTheNextRunDoesItAgain) {
  for (const int hours_ago : {50, 51, 60, 100}) fill(hours_ago);
  sql::SqlStatistics statistics{*database_};
  const auto told = [&] { return summarise(statistics, last_days(30, statistics_now), statistics_now); };
  const Summary expected = told();
  ASSERT_EQ(expected.totals.of(DownloadEvent::completed), 160);
  const Time until = statistics_now - hours{48};
  int killed = 0;
  for (int writes = 0;; ++writes) {
    MortalDatabase mortal{*database_, writes};
    sql::SqlStatistics victim{mortal};
    try {
      victim.tally(until);
      break;
    } catch (const Error&) {
      ++killed;
      EXPECT_EQ(told(), expected) << "killed before write " << writes;
    }
  }
  EXPECT_GT(killed, 5);
  EXPECT_EQ(statistics.tallied_until(), until);
  EXPECT_EQ(told(), expected);
  database_->execute("DELETE FROM {deliveries}");
  EXPECT_EQ(told(), expected) << "everything is in the tally, and who the customers were with the tokens";
}

TEST_P(TallyOfSql, APruneBetweenTallyAndTallyLosesNothingAndNobodysNameIsKept) {
  for (const int hours_ago : {10, 50, 100, 200}) fill(hours_ago);
  sql::SqlStatistics statistics{*database_};
  sql::SqlDeliveryLog log{*database_};
  const auto events = [&] {
    DownloadCounts counts;
    for (const EventCount& count : statistics.by_event(all_time(statistics_now))) counts.add(count);
    return counts;
  };
  const DownloadCounts expected = events();
  for (const int age : {150, 90, 48}) {
    statistics.tally(statistics_now - hours{age});
    while (log.prune(statistics.tallied_until(), 1000) > 0) continue;
    EXPECT_EQ(events(), expected) << age;
  }
  for (const char* column : {"email", "network", "token_id", "id"}) EXPECT_FALSE(database_->has_column("{hourly}", column));
}

constexpr Store stores[] = {
    {"Sqlite", [](const TemporaryFolder& folder) { return "sqlite:" + (folder / "store.db").string(); }},
    {"MariaDb", [](const TemporaryFolder&) { return MariaDb::shared().fresh_schema("tally"); }}};

INSTANTIATE_TEST_SUITE_P(On, TallyOfSql, testing::ValuesIn(stores), [](const auto& store) { return store.param.name; });

}  // namespace
}  // namespace claimcheck
