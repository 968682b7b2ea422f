#include <fmt/format.h>

#include <chrono>

#include "sql/migrate.h"
#include "sql/statements.h"
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

/// A log of 90 days and 100,000 deliveries.
void fill(sql::Database& database) {
  constexpr int rows = 100'000, together = 500, tokens = 5'000;
  const std::int64_t span = seconds{hours{24 * 90}}.count();
  for (int first = 0; first < rows; first += together) {
    std::vector<Value> values;
    for (int number = first; number < first + together; ++number) {
      const std::int64_t ended = to_unix(statistics_now) - span + number * span / rows;
      values.insert(values.end(), {fmt::format("{:016}", number), sample_uuid(number % tokens), fmt::format("claim{}", number),
                                   ended, ended, std::int64_t{0}, std::int64_t{10}, std::int64_t{10}, std::string{"complete"},
                                   std::string{"opened"}, std::string{}, std::int64_t{1}});
    }
    database.execute(sql::statements::repeated(sql::statements::add_deliveries, sql::statements::delivery_values, ",",
                                               static_cast<std::size_t>(together)),
                     values);
  }
}

std::string text_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? "NULL" : *text;
}

std::string plan_of(sql::Database& database, std::string_view explain, std::string_view statement,
                    const std::vector<Value>& values) {
  std::string plan;
  for (const sql::Row& row : database.query(fmt::format("{} {}", explain, statement), values)) {
    for (const Value& value : row) plan += text_of(value) + " ";
    plan += "\n";
  }
  return plan;
}

/// Passes everything on, and counts the rows that come back.
class CountingDatabase final : public ForwardingDatabase {
 public:
  using ForwardingDatabase::ForwardingDatabase;

  std::vector<sql::Row> query(std::string_view statement, const std::vector<Value>& values) override {
    ++statements;
    auto result = ForwardingDatabase::query(statement, values);
    rows += result.size();
    return result;
  }

  std::size_t statements = 0, rows = 0;
};

const std::vector<Value> two_days{to_unix(statistics_now - hours{48}), to_unix(statistics_now)};

void expect_few_statements_once_tallied(sql::Database& database) {
  sql::SqlStatistics statistics{database};
  statistics.tally(statistics_now - hours{48});
  CountingDatabase counting{database};
  sql::SqlStatistics counted{counting};
  DownloadCounts counts;
  for (const EventCount& count : counted.by_event(all_time(statistics_now))) counts.add(count);
  EXPECT_EQ(counts.of(DownloadEvent::completed), 100'000);
  EXPECT_LT(counting.statements, 60U);
  EXPECT_LT(counting.rows, 200U);
}

TEST(StatisticsPlan, SqliteReadsOfTheLogWhatIsNotTalliedYet) {
  const TemporaryFolder folder;
  const auto database = open_store("sqlite:" + (folder / "store.db").string());
  sql::migrate(*database);
  fill(*database);
  for (const std::string_view statement :
       {std::string_view{sql::statements::count_downloads}, std::string_view{sql::statements::count_all_refusals}}) {
    const std::string plan = plan_of(*database, "EXPLAIN QUERY PLAN", statement, two_days);
    EXPECT_EQ(plan.find("SCAN "), std::string::npos) << plan;
    EXPECT_NE(plan.find("_by_end"), std::string::npos) << plan;
  }
  expect_few_statements_once_tallied(*database);
}

TEST(StatisticsPlan, MariaDbReadsOfTheLogWhatIsNotTalliedYet) {
  sql::prepare_driver();
  const auto database = open_store(MariaDb::shared().fresh_schema("plan"));
  sql::migrate(*database);
  fill(*database);
  MariaDb::shared().statement("ANALYZE TABLE plan.test_deliveries");
  const std::string plan = plan_of(*database, "EXPLAIN", sql::statements::count_downloads, two_days);
  EXPECT_NE(plan.find(" range "), std::string::npos) << plan;
  EXPECT_NE(plan.find("test_deliveries_by_end"), std::string::npos) << plan;
  expect_few_statements_once_tallied(*database);
}

}  // namespace
}  // namespace claimcheck
