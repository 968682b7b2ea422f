#include "core/delivery_log.h"

#include "core/error.h"
#include "sql/row.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
namespace {

Outcome read_outcome(const std::string& word) {
  const auto outcome = parse_outcome(word);
  if (!outcome) throw Error{Errc::internal, "column outcome holds an unknown word"};
  return *outcome;
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
  record.outcome = read_outcome(columns.text());
  record.network = columns.text();
  return record;
}

}  // namespace

void SqlDeliveryLog::append(const DeliveryRecord& record) {
  const auto same = [] { return true; };
  insert_once(database_, statements::add_delivery,
              {record.id, record.token.text, record.claim, to_value(record.started), to_value(record.ended),
               to_value(record.range.first), to_value(record.range.length), to_value(record.sent),
               std::string{to_string(record.outcome)}, record.network},
              same);
}

std::vector<DeliveryRecord> SqlDeliveryLog::of_token(const TokenId& token, int limit) {
  std::vector<DeliveryRecord> records;
  for (const Row& row : database_.query(statements::deliveries_of_token, {token.text, std::int64_t{limit}})) {
    records.push_back(read_delivery(row));
  }
  return records;
}

}  // namespace claimcheck::sql
