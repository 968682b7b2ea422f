#include "core/delivery_log.h"

#include <algorithm>

#include "core/error.h"
#include "sql/few_sizes.h"
#include "sql/record_rows.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
namespace {

template <class Meaning>
Meaning known(const std::optional<Meaning>& meaning, const char* column) {
  if (!meaning) throw Error{Errc::internal, std::string{"column "} + column + " holds an unknown word"};
  return *meaning;
}

}  // namespace

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
  record.completed = columns.number() != 0;
  return record;
}

namespace {

void bind(const DeliveryRecord& record, std::vector<Value>& values) {
  values.insert(values.end(), {record.id, record.token.text, record.claim, to_value(record.started), to_value(record.ended),
                               to_value(record.range.first), to_value(record.range.length), to_value(record.sent),
                               std::string{to_string(record.outcome)}, std::string{to_string(record.grounds)}, record.network,
                               std::int64_t{record.completed}});
}

std::string insert_of(std::size_t rows) {
  return statements::repeated(statements::add_deliveries, statements::delivery_values, ",", rows);
}

/// A search asks for so many deliveries at once.
constexpr std::size_t most_sought = 128;

std::string search_for(std::size_t ids) {
  return statements::repeated(statements::find_deliveries, "?", ",", ids) + ')';
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

std::vector<DeliveryRecord> SqlDeliveryLog::of_token(const TokenId& token, int limit) {
  std::vector<DeliveryRecord> records;
  for (const Row& row : database_.query(statements::deliveries_of_token, {token.text, std::int64_t{limit}}))
    records.push_back(read_delivery(row));
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
  execute_surely(database_, statements::correct_delivery,
                 {to_value(record.sent), std::string{to_string(record.outcome)}, std::int64_t{record.completed}, record.id,
                  std::string{to_string(Outcome::handed_off)}});
}

void SqlDeliveryLog::take_back_completion(const TokenId& token, const std::string& claim) {
  execute_surely(database_, statements::take_back_completion, {token.text, claim});
}

}  // namespace claimcheck::sql
