#include <algorithm>
#include <tuple>

#include "core/delivery_log.h"
#include "sql/few_sizes.h"
#include "sql/record_rows.h"
#include "sql/statements.h"
#include "sql/stores.h"

// SqlDeliveryLog's statements about table `refusals`.
namespace claimcheck::sql {

RefusalRecord read_refusals(const Row& row) {
  Columns columns{row};
  RefusalRecord record;
  record.token.text = columns.text();
  record.error = columns.text();
  record.network = columns.text();
  columns.number();  // the hour, which is that of the first
  record.first = columns.time();
  record.last = columns.time();
  record.times = columns.number();
  return record;
}

namespace {

std::int64_t hour_of(const RefusalRecord& record) {
  return std::chrono::floor<std::chrono::hours>(record.first).time_since_epoch().count();
}

/// Begins tallies and adds to those that have begun. If the answer is lost they count: a tally is no account.
void count_together(Database& database, std::span<const RefusalRecord> records) {
  std::vector<Value> values;
  for (const RefusalRecord& record : records)
    values.insert(values.end(), {record.token.text, record.error, record.network, hour_of(record), to_value(record.first),
                                 to_value(record.last), record.times});
  std::string statement = statements::repeated(statements::count_refusals, statements::refusal_values, ",", records.size());
  try {
    database.execute(statement.append(statements::add_to_tallies), values);
  } catch (const InDoubt&) {
    return;
  }
}

}  // namespace

void SqlDeliveryLog::count(std::span<const RefusalRecord> refusals) {
  // Everybody locks rows in the same order, so that nobody waits in a circle.
  std::vector<RefusalRecord> records{refusals.begin(), refusals.end()};
  std::ranges::stable_sort(records, {},
                           [](const RefusalRecord& each) { return std::tie(each.token, each.error, each.network); });
  in_few_sizes(std::span<const RefusalRecord>{records}, [this](auto some) { count_together(database_, some); });
}

std::vector<RefusalRecord> SqlDeliveryLog::refusals_of_token(const TokenId& token, int limit) {
  std::vector<RefusalRecord> records;
  for (const Row& row : database_.query(statements::refusals_of_token, {token.text, std::int64_t{limit}}))
    records.push_back(read_refusals(row));
  return records;
}

std::vector<RefusalRecord> SqlDeliveryLog::operators_faults(Time since, int limit) {
  std::vector<RefusalRecord> records;
  for (const Row& row : database_.query(statements::refusals_by_reason,
                                        {to_value(since), "file_not_found", "file_changed", std::int64_t{limit}}))
    records.push_back(read_refusals(row));
  return records;
}

}  // namespace claimcheck::sql
