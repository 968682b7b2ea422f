#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.h"
#include "core/time.h"
#include "sql/database.h"

namespace claimcheck::sql {

/// Reads the columns of a row one after the other, in the order in which they were selected.
/// Every method throws Error{internal} if the column is not what was asked for: the row was not written by this program.
class Columns {
 public:
  explicit Columns(const Row& row) : row_(row) {}

  std::string text();
  std::int64_t number();
  /// All 64 bits of what to_value() stored.
  std::uint64_t bytes();
  Time time();
  std::optional<Time> optional_time();
  Digest digest();

 private:
  const Value& next();

  const Row& row_;
  std::size_t index_ = 0;
};

/// Sizes and offsets keep all their bits in a signed column: those from 2^63 on, which no file has, turn negative there.
inline Value to_value(std::uint64_t bytes) {
  return static_cast<std::int64_t>(bytes);
}
inline Value to_value(Time time) {
  return to_unix(time);
}
inline Value to_value(const std::optional<Time>& time) {
  return time ? Value{to_unix(*time)} : Value{nullptr};
}

/// Runs a statement that comes to the same if it is run twice. @return the number of rows it changed.
/// Throws Error{unavailable}, also if the connection broke and nobody knows whether it was carried out; DuplicateKey.
std::int64_t execute_surely(Database& database, std::string_view statement, const std::vector<Value>& values);

/// Inserts a row whose key was made by us. After a broken connection it is sent again, a few times: a row that is there then
/// may be ours, so `is_ours` looks. @return false if the key was there before. Throws Error{unavailable}.
bool insert_once(Database& database, std::string_view statement, const std::vector<Value>& values,
                 const std::function<bool()>& is_ours);

}  // namespace claimcheck::sql
