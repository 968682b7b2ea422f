#include "sql/row.h"

#include "core/error.h"

namespace claimcheck::sql {
namespace {

[[noreturn]] void refuse() {
  throw Error{Errc::internal, "a row of the database is not of the expected shape"};
}

template <class Expected>
const Expected& as(const Value& value) {
  const auto* expected = std::get_if<Expected>(&value);
  if (expected == nullptr) refuse();
  return *expected;
}

}  // namespace

const Value& Columns::next() {
  if (index_ == row_.size()) refuse();
  return row_[index_++];
}

std::string Columns::text() {
  return as<std::string>(next());
}

std::int64_t Columns::number() {
  return as<std::int64_t>(next());
}

std::uint64_t Columns::bytes() {
  return static_cast<std::uint64_t>(number());
}

Time Columns::time() {
  return from_unix(number());
}

std::optional<Time> Columns::optional_time() {
  const Value& value = next();
  if (std::holds_alternative<std::nullptr_t>(value)) return std::nullopt;
  return from_unix(as<std::int64_t>(value));
}

Digest Columns::digest() {
  const auto digest = Digest::from_hex(text());
  if (!digest) refuse();
  return *digest;
}

std::int64_t execute_surely(Database& database, std::string_view statement, const std::vector<Value>& values) {
  try {
    return database.execute(statement, values);
  } catch (const InDoubt&) {
    throw Error{Errc::unavailable, "the connection to the database broke"};
  }
}

bool insert_once(Database& database, std::string_view statement, const std::vector<Value>& values,
                 const std::function<bool()>& is_ours) {
  constexpr int most_attempts = 3;
  bool in_doubt = false;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    try {
      database.execute(statement, values);
      return true;
    } catch (const DuplicateKey&) {
      return in_doubt && is_ours();
    } catch (const InDoubt&) {
      in_doubt = true;
    }
  }
  throw Error{Errc::unavailable, "the connection to the database broke again and again"};
}

}  // namespace claimcheck::sql
