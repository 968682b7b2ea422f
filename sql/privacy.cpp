#include "core/privacy.h"

#include <functional>
#include <span>

#include "core/error.h"
#include "core/network.h"
#include "sql/record_rows.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {
namespace {

std::string list_of(std::string_view beginning, std::size_t count) {
  return statements::repeated(beginning, "?", ",", count) + ')';
}

std::vector<Value> spellings(Database& database, std::string_view spelled, const std::string& address) {
  std::vector<Value> values;
  for (const Row& row : database.query(spelled, {address}))
    if (const std::string text = Columns{row}.text(); is_address(text, address)) values.emplace_back(text);
  return values;
}

/// The tokens of a person as a subquery with what is bound to it.
struct Persons {
  std::string statement;  ///< empty if there are none
  std::vector<Value> values;
};

Persons persons_of(Database& database, const std::string& address) {
  Persons persons;
  const auto add = [&](std::string_view spelled, std::string_view beginning) {
    const std::vector<Value> values = spellings(database, spelled, address);
    if (values.empty()) return;
    persons.statement.append(persons.statement.empty() ? "" : " UNION ").append(list_of(beginning, values.size()));
    persons.values.insert(persons.values.end(), values.begin(), values.end());
  };
  add(statements::spelled_in_tokens, statements::persons_by_email);
  add(statements::spelled_in_facts, statements::persons_by_fact);
  return persons;
}

std::int64_t count_in(Database& database, const std::string& statement, const std::vector<Value>& values) {
  return Columns{database.query(statement, values).at(0)}.number();
}

std::vector<Row> part_of(Database& database, const std::string& statement, std::vector<Value> values, Part part) {
  values.insert(values.end(), {std::int64_t{part.limit}, part.first});
  return database.query(statement, values);
}

/// A part of what belongs to a person's tokens.
std::vector<Row> rows_of(Database& database, const std::string& address, std::string_view beginning, std::string_view joined,
                         std::string_view order, Part part) {
  Persons persons = persons_of(database, address);
  if (persons.statement.empty()) return {};
  const std::string statement = std::string{beginning}.append(persons.statement).append(joined).append(order);
  return part_of(database, statement, std::move(persons.values), part);
}

template <class Record>
std::vector<Record> read_all(const std::vector<Row>& rows, Record (*read)(const Row&)) {
  std::vector<Record> records;
  records.reserve(rows.size());
  for (const Row& row : rows) records.push_back(read(row));
  return records;
}

std::vector<Value> key_of(const Row& row) {
  return {row[0], row[1], row[2], row[3]};  // token_id, error, network, hour: as statements::refusal_columns begins
}

/// Gives a tally another network, or adds it to the one that is there. Nothing, if it changed meanwhile.
void move_tally(Database& database, const Row& row) {
  RefusalRecord record = read_refusals(row);
  const std::string key{statements::refusal_key};
  record.network = forgotten(record.network);
  std::vector<Value> values = key_of(row);
  values.insert(values.begin(), record.network);
  try {
    execute_surely(database, std::string{statements::move_refusals} + key, values);
    return;
  } catch (const DuplicateKey&) {
    values.front() = record.times;
  }
  if (execute_surely(database, std::string{statements::take_refusals} + key, values) == 1)
    SqlDeliveryLog{database}.count({&record, 1});
}

}  // namespace

PersonalRecords::Counts SqlPrivacy::count(const std::string& address) {
  Counts counts;
  if (const Persons persons = persons_of(database_, address); !persons.statement.empty()) {
    const auto number = [&](std::string_view beginning, std::string_view joined) {
      return count_in(database_, std::string{beginning}.append(persons.statement).append(joined), persons.values);
    };
    counts.tokens = number(statements::count_tokens_of, statements::if_tokens_of);
    counts.deliveries = number(statements::count_deliveries_of, statements::if_told_of);
    counts.refusals = number(statements::count_refusals_of, statements::if_told_of);
  }
  if (const std::vector<Value> recipients = spellings(database_, statements::spelled_in_mails, address); !recipients.empty())
    counts.mails = count_in(database_, list_of(statements::count_mails_to, recipients.size()), recipients);
  return counts;
}

std::vector<Token> SqlPrivacy::tokens(const std::string& address, Part part) {
  return read_tokens(
      rows_of(database_, address, statements::tokens_of, statements::if_tokens_of, statements::a_part_by_id, part), rules_);
}

std::vector<DeliveryRecord> SqlPrivacy::deliveries(const std::string& address, Part part) {
  return read_all(
      rows_of(database_, address, statements::deliveries_of, statements::if_told_of, statements::a_part_by_id, part),
      read_delivery);
}

std::vector<RefusalRecord> SqlPrivacy::refusals(const std::string& address, Part part) {
  return read_all(
      rows_of(database_, address, statements::refusals_of, statements::if_told_of, statements::a_part_of_refusals, part),
      read_refusals);
}

std::vector<Mail> SqlPrivacy::mails(const std::string& address, Part part) {
  std::vector<Value> recipients = spellings(database_, statements::spelled_in_mails, address);
  if (recipients.empty()) return {};
  const std::string statement = list_of(statements::mails_to, recipients.size()).append(statements::a_part_by_id);
  return read_all(part_of(database_, statement, std::move(recipients), part), read_mail);
}

void SqlPrivacy::anonymise_log(const TokenId& token) {
  for (const Row& row : database_.query(statements::networks_of_deliveries, {token.text})) {
    const std::string network = Columns{row}.text();
    if (forgotten(network) != network)
      execute_surely(database_, statements::replace_network, {forgotten(network), token.text, network});
  }
  for (const Row& row : database_.query(statements::all_refusals_of_token, {token.text}))
    if (const std::string network = read_refusals(row).network; forgotten(network) != network) move_tally(database_, row);
}

void SqlPrivacy::drop_facts(const TokenId& token, const std::string& address) {
  for (const Row& row : database_.query(statements::facts_of_token, {token.text})) {
    Columns columns{row};
    const std::string name = columns.text();
    if (is_address(columns.text(), address)) execute_surely(database_, statements::drop_fact, {token.text, name});
  }
}

void SqlPrivacy::erase_mails_about(const TokenId& token, Time now) {
  execute_surely(database_, std::string{statements::give_mails_up} + "about = ?", {to_value(now), token.text});
  execute_surely(database_, statements::empty_mails_about, {token.text});
}

std::int64_t SqlPrivacy::erase_mails_to(const std::string& address, Time now) {
  std::int64_t erased = 0;
  for (const Value& recipient : spellings(database_, statements::spelled_in_mails, address)) {
    execute_surely(database_, std::string{statements::give_mails_up} + "recipient = ?", {to_value(now), recipient});
    erased += execute_surely(database_, statements::erase_mails_to, {recipient});
  }
  return erased;
}

void SqlPrivacy::finish() {
  database_.let_go();
}

}  // namespace claimcheck::sql
