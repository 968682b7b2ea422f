#include "core/delivery_log.h"

#include <algorithm>

#include "core/error.h"
#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
namespace {

template <class Meaning>
Meaning known(const std::optional<Meaning>& meaning, const char* column) {
  if (!meaning) throw Error{Errc::internal, std::string{"column "} + column + " holds an unknown word"};
  return *meaning;
}

/// In the order of statements::delivery_columns.
DeliveryRecord read_delivery(const Row& row) {
  Columns columns{row};
  DeliveryRecord record;
  record.id = columns.text();
  record.token.text = columns.text();
  record.claim = columns.text();
  record.started = columns.time();
  record.ended = columns.time();
  record.range.first = columns.bytes();
  record.range.length = columns.bytes();
  record.sent = columns.bytes();
  record.outcome = known(parse_outcome(columns.text()), "outcome");
  record.grounds = known(parse_grounds(columns.text()), "grounds");
  record.network = columns.text();
  return record;
}

void bind(const DeliveryRecord& record, std::vector<Value>& values) {
  values.insert(values.end(), {record.id, record.token.text, record.claim, to_value(record.started), to_value(record.ended),
                               to_value(record.range.first), to_value(record.range.length), to_value(record.sent),
                               std::string{to_string(record.outcome)}, std::string{to_string(record.grounds)}, record.network});
}

/// `beginning`, and `part` so many times.
std::string repeated(std::string_view beginning, std::string_view part, std::string_view between, std::size_t times) {
  std::string statement{beginning};
  for (std::size_t i = 0; i < times; ++i) statement.append(i > 0 ? between : "").append(part);
  return statement;
}

std::string insert_of(std::size_t rows) {
  return repeated(statements::add_deliveries, statements::delivery_values, ",", rows);
}

/// A search asks for so many deliveries at once.
constexpr std::size_t most_sought = 128;

std::string search_for(std::size_t ids) {
  return repeated(statements::find_deliveries, "?", ",", ids) + ')';
}

/// Hands records over in parts of a few sizes only, so that few statements are prepared.
template <class Record, class Work>
void in_few_sizes(std::span<const Record> records, const Work& work) {
  for (const std::size_t size : {64UL, 16UL, 4UL, 1UL})
    for (; records.size() >= size; records = records.subspan(size)) work(records.first(size));
}

void append_together(Database& database, std::span<const DeliveryRecord> records) {
  const auto same = [] { return true; };
  std::vector<Value> values;
  for (const DeliveryRecord& record : records) bind(record, values);
  if (records.size() == 1) {
    insert_once(database, insert_of(1), values, same);
    return;
  }
  try {
    database.execute(insert_of(records.size()), values);
  } catch (const DuplicateKey&) {  // one of them is there: then each for itself
    for (const DeliveryRecord& record : records) append_together(database, {&record, 1});
  } catch (const InDoubt&) {
    for (const DeliveryRecord& record : records) append_together(database, {&record, 1});
  }
}

/// In the order of statements::refusal_columns.
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
    database.execute(repeated(statements::count_refusals, statements::refusal_key, " OR ", records.size()), values);
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
  const std::string statement = repeated(statements::add_refusals, statements::refusal_values, ",", records.size());
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
  return database.query(repeated(statements::find_refusals, statements::refusal_key, " OR ", records.size()), keys);
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

/// Deletes what ended before a moment, about `limit` rows at most: the oldest ones.
std::int64_t prune_table(Database& database, std::string_view end_of_old, std::string_view remove, Time before, int limit) {
  const std::vector<Row> rows = database.query(end_of_old, {to_value(before), std::int64_t{limit}});
  // Those that ended in the same second as the first one too many stay for the next time, unless all did.
  const Value until = rows.empty() ? to_value(before) : Value{Columns{rows.front()}.number()};
  try {
    const std::int64_t removed = database.execute(remove, {until});
    if (removed > 0 || rows.empty()) return removed;
    return database.execute(remove, {std::get<std::int64_t>(until) + 1});
  } catch (const InDoubt&) {
    return 0;  // the next time finds what is left
  }
}

}  // namespace

void SqlDeliveryLog::append(std::span<const DeliveryRecord> records) {
  in_few_sizes(records, [this](auto some) { append_together(database_, some); });
}

void SqlDeliveryLog::count(std::span<const RefusalRecord> refusals) {
  const std::vector<RefusalRecord> records = joined(refusals);
  in_few_sizes(std::span{records}, [this](auto some) { count_together(database_, some); });
}

std::vector<DeliveryRecord> SqlDeliveryLog::of_token(const TokenId& token, int limit) {
  std::vector<DeliveryRecord> records;
  for (const Row& row : database_.query(statements::deliveries_of_token, {token.text, std::int64_t{limit}}))
    records.push_back(read_delivery(row));
  return records;
}

std::vector<RefusalRecord> SqlDeliveryLog::refusals_of_token(const TokenId& token, int limit) {
  std::vector<RefusalRecord> records;
  for (const Row& row : database_.query(statements::refusals_of_token, {token.text, std::int64_t{limit}}))
    records.push_back(read_refusals(row));
  return records;
}

std::int64_t SqlDeliveryLog::prune(Time before, int limit) {
  return prune_table(database_, statements::end_of_old_delivery, statements::prune_deliveries, before, limit) +
         prune_table(database_, statements::end_of_old_refusals, statements::prune_refusals, before, limit);
}

std::vector<DeliveryRecord> SqlDeliveryLog::find(std::span<const std::string> ids) {
  std::vector<DeliveryRecord> records;
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), most_sought));
    ids = ids.subspan(some.size());
    // The rest of the list is filled up with the last id, so that few statements are prepared.
    std::vector<Value> values(some.size() == 1 ? 1 : most_sought, some.back());
    std::ranges::copy(some, values.begin());
    for (const Row& row : database_.query(search_for(values.size()), values)) records.push_back(read_delivery(row));
  }
  return records;
}

void SqlDeliveryLog::correct(const DeliveryRecord& record) {
  try {
    database_.execute(statements::correct_delivery, {to_value(record.sent), std::string{to_string(record.outcome)}, record.id,
                                                     std::string{to_string(Outcome::handed_off)}});
  } catch (const InDoubt&) {
    throw Error{Errc::unavailable, "the connection to the database broke"};
  }
}

}  // namespace claimcheck::sql
