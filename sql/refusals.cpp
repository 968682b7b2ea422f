#include <algorithm>
#include <utility>

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

void bind_key(const RefusalRecord& record, std::vector<Value>& values) {
  values.insert(values.end(), {record.token.text, record.error, record.network, hour_of(record)});
}

/// Adds to tallies that have begun, all of them the same number of refusals up to the same moment. A reply that is lost counts
/// as good: a tally is no account.
void add_to_tallies(Database& database, std::span<const RefusalRecord> records) {
  const RefusalRecord& like_all = records.front();
  std::vector<Value> values{like_all.times, to_value(like_all.last), to_value(like_all.last)};
  for (const RefusalRecord& record : records) bind_key(record, values);
  try {
    database.execute(statements::repeated(statements::count_refusals, statements::refusal_key, " OR ", records.size()), values);
  } catch (const InDoubt&) {
    return;
  }
}

/// Begins tallies, or adds to those that somebody else began meanwhile.
void begin_tallies(Database& database, std::span<const RefusalRecord> records) {
  const auto same = [] { return true; };
  std::vector<Value> values;
  for (const RefusalRecord& record : records) {
    bind_key(record, values);
    values.insert(values.end(), {to_value(record.first), to_value(record.last), record.times});
  }
  const std::string statement = statements::repeated(statements::add_refusals, statements::refusal_values, ",", records.size());
  if (records.size() == 1) {
    if (!insert_once(database, statement, values, same)) add_to_tallies(database, records);
    return;
  }
  try {
    database.execute(statement, values);
  } catch (const DuplicateKey&) {
    for (const RefusalRecord& record : records) begin_tallies(database, {&record, 1});
  } catch (const InDoubt&) {  // if they were begun they count twice: a tally is no account
    for (const RefusalRecord& record : records) begin_tallies(database, {&record, 1});
  }
}

/// The keys of those of `records` whose tallies have begun.
std::vector<Row> begun_tallies(Database& database, std::span<const RefusalRecord> records) {
  std::vector<Value> keys;
  for (const RefusalRecord& record : records) bind_key(record, keys);
  return database.query(statements::repeated(statements::find_refusals, statements::refusal_key, " OR ", records.size()), keys);
}

void count_together(Database& database, std::span<const RefusalRecord> records) {
  const std::vector<Row> begun = begun_tallies(database, records);
  const auto has_begun = [&](const RefusalRecord& record) {
    Row key;
    bind_key(record, key);
    return std::ranges::find(begun, key) != begun.end();
  };
  const auto moment = [](const RefusalRecord& record) { return std::pair{record.times, record.last}; };
  std::vector<RefusalRecord> sorted{records.begin(), records.end()};
  const auto others = std::ranges::stable_partition(sorted, has_begun);
  in_few_sizes(std::span<const RefusalRecord>{others}, [&](auto some) { begin_tallies(database, some); });
  sorted.erase(others.begin(), others.end());

  std::ranges::sort(sorted, {}, moment);
  for (std::span<const RefusalRecord> rest{sorted}; !rest.empty();) {
    const auto alike = std::ranges::find_if(rest, [&](const auto& each) { return moment(each) != moment(rest.front()); });
    const auto count = static_cast<std::size_t>(alike - rest.begin());
    in_few_sizes(rest.first(count), [&](auto some) { add_to_tallies(database, some); });
    rest = rest.subspan(count);
  }
}

/// One record for each tally.
std::vector<RefusalRecord> joined(std::span<const RefusalRecord> records) {
  std::vector<RefusalRecord> all;
  for (const RefusalRecord& record : records) {
    const auto same = std::ranges::find_if(all, [&](const RefusalRecord& each) { return told_together(each, record); });
    if (same == all.end())
      all.push_back(record);
    else
      add(*same, record);
  }
  return all;
}

}  // namespace

void SqlDeliveryLog::count(std::span<const RefusalRecord> refusals) {
  const std::vector<RefusalRecord> records = joined(refusals);
  in_few_sizes(std::span{records}, [this](auto some) { count_together(database_, some); });
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
