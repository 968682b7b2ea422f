#include <algorithm>

#include "core/error.h"
#include "sql/few_sizes.h"
#include "sql/record_rows.h"
#include "sql/statements.h"
#include "sql/stores.h"

namespace claimcheck::sql {

Mail read_mail(const Row& row) {
  Columns columns{row};
  Mail mail{.id = columns.text()};
  const auto kind = parse_mail_kind(columns.text());
  if (!kind) throw Error{Errc::internal, "column kind holds an unknown word"};
  mail.kind = *kind;
  mail.about = columns.text();
  mail.occasion = columns.text();
  mail.recipient = columns.text();
  mail.content = columns.text();
  mail.created_at = columns.time();
  mail.next_at = columns.optional_time();
  mail.tries = columns.number();
  mail.sent_at = columns.optional_time();
  mail.failed_at = columns.optional_time();
  mail.answer = columns.text();
  return mail;
}

namespace {

std::vector<Mail> read_mails(const std::vector<Row>& rows) {
  std::vector<Mail> mails;
  mails.reserve(rows.size());
  for (const Row& row : rows) mails.push_back(read_mail(row));
  return mails;
}

std::optional<Mail> first_mail(const std::vector<Row>& rows) {
  if (rows.empty()) return std::nullopt;
  return read_mail(rows.front());
}

void bind(const Mail& mail, std::vector<Value>& values) {
  values.insert(values.end(), {mail.id, std::string{to_string(mail.kind)}, mail.about, mail.occasion, mail.recipient,
                               mail.content, to_value(mail.created_at), to_value(mail.next_at), mail.tries,
                               to_value(mail.sent_at), to_value(mail.failed_at), mail.answer});
}

/// `statement` about several rows, each told by a text.
std::int64_t execute_about(Database& database, std::string_view statement, std::span<const std::string> keys) {
  return execute_surely(database, statements::repeated(statement, "?", ",", keys.size()) + ')', {keys.begin(), keys.end()});
}

std::string insert_of(std::size_t rows) {
  return statements::repeated(statements::add_mails, statements::mail_values, ",", rows);
}

std::int64_t number_in(const std::vector<Row>& rows) {
  return Columns{rows.at(0)}.number();
}

}  // namespace

std::int64_t SqlOutbox::add_together(std::span<const Mail> mails) {
  std::vector<Value> values;
  for (const Mail& mail : mails) bind(mail, values);
  if (mails.size() == 1) {
    const Mail& mail = mails.front();
    return insert_once(database_, insert_of(1), values, [&] { return find(mail.id).has_value(); }) ? 1 : 0;
  }
  const auto each_for_itself = [&] {
    std::int64_t added = 0;
    for (const Mail& mail : mails) added += add_together({&mail, 1});
    return added;
  };
  try {
    return database_.execute(insert_of(mails.size()), values);
  } catch (const DuplicateKey&) {
    return each_for_itself();
  } catch (const InDoubt&) {
    return each_for_itself();
  }
}

std::int64_t SqlOutbox::add(std::span<const Mail> mails) {
  std::int64_t added = 0;
  in_few_sizes(mails, [&](std::span<const Mail> some) { added += add_together(some); });
  return added;
}

std::vector<Mail> SqlOutbox::due(Time now, int limit) {
  return read_mails(database_.query(statements::due_mails, {to_value(now), std::int64_t{limit}}));
}

std::optional<Mail> SqlOutbox::claim(const Mail& mail, Time until) {
  Mail claimed = mail;
  claimed.next_at = until;
  ++claimed.tries;
  try {
    const auto changed =
        database_.execute(statements::claim_mail, {to_value(until), mail.id, to_value(mail.next_at), mail.tries});
    return changed == 1 ? std::optional{claimed} : std::nullopt;
  } catch (const InDoubt&) {
    return std::nullopt;  // if it was claimed nobody has it in hand: it comes back at `until`
  }
}

void SqlOutbox::replace(const Mail& mail) {
  const std::vector<Value> values{
      to_value(mail.next_at), to_value(mail.sent_at), to_value(mail.failed_at), mail.answer, mail.content, mail.id, mail.tries};
  // What is written here stops a mail from being sent again, so a broken line is not the end of it: the same twice is once.
  try {
    database_.execute(statements::replace_mail, values);
  } catch (const InDoubt&) {
    execute_surely(database_, statements::replace_mail, values);
  }
}

std::int64_t SqlOutbox::sent_since(Time since) {
  return number_in(database_.query(statements::count_sent_mails, {to_value(since)}));
}

std::optional<Mail> SqlOutbox::find(const std::string& about, MailKind kind) {
  return first_mail(database_.query(statements::find_mail_about, {about, std::string{to_string(kind)}}));
}

std::optional<Mail> SqlOutbox::find(const std::string& id) {
  return first_mail(database_.query(statements::find_mail_by_id, {id}));
}

std::vector<Mail> SqlOutbox::list(int limit) {
  return read_mails(database_.query(statements::list_mails, {std::int64_t{limit}}));
}

MailLog::Backlog SqlOutbox::backlog(Time failed_since) {
  const std::vector<Row> waiting = database_.query(statements::count_waiting_mails);
  Columns columns{waiting.at(0)};
  Backlog backlog;
  backlog.waiting = columns.number();
  backlog.oldest = columns.optional_time();
  backlog.failed = number_in(database_.query(statements::count_failed_mails, {to_value(failed_since)}));
  return backlog;
}

void SqlOutbox::empty(std::span<const std::string> about) {
  in_few_sizes(about, [&](auto some) { execute_about(database_, statements::empty_mails, some); });
}

std::int64_t SqlOutbox::forget(Time over_before, int limit) {
  const Value before = to_value(over_before);
  std::vector<std::string> ids;
  for (const Row& row : database_.query(statements::old_mails, {before, before, std::int64_t{limit}}))
    ids.push_back(Columns{row}.text());
  std::int64_t forgotten = 0;
  in_few_sizes(std::span<const std::string>{ids},
               [&](auto some) { forgotten += execute_about(database_, statements::forget_mails, some); });
  return forgotten;
}

}  // namespace claimcheck::sql
