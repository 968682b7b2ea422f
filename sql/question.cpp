#include "sql/question.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "sql/database.h"

namespace claimcheck::sql {
namespace {

using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw Error{Errc::unavailable, what};
}

/// Decimal and floating-point numbers come from the drivers as text.
std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

Truth truth_of(const Value& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) return Truth::not_yet;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number != 0 ? Truth::yes : Truth::no;
  const auto number = parse_number(std::get<std::string>(value));
  if (!number) fail("the query's answer is text; let it compare, such as status = 'completed'");
  return *number != 0 ? Truth::yes : Truth::no;
}

class DatabaseQuestion final : public Question {
 public:
  explicit DatabaseQuestion(const Target& target) : timeout_(target.timeout), database_(open_database(target)) {}

  Truth ask(const NamedQuery& query, const std::vector<std::string>& values) override {
    const auto asked = steady_clock::now();
    const std::vector<Row> rows = database_->query(query.statement, {values.begin(), values.end()});
    // What MySQL gives up may look like an answer: an interrupted SLEEP() is 1.
    if (steady_clock::now() - asked >= timeout_) fail("the query took too long");
    if (rows.empty()) return Truth::no;
    if (rows.front().size() != 1) fail("the query answers with several columns; one is wanted");
    return truth_of(rows.front().front());
  }

 private:
  seconds timeout_;
  std::unique_ptr<Database> database_;
};

Target target_of(const CheckSettings& check, const StoreSettings& store) {
  Target target = check.database.empty()
                      ? sql::target_of(store)
                      : sql::target_of(StoreSettings{.url = check.database, .password = check.password, .table_prefix = ""});
  target.access = Access::questions;
  target.timeout = check.timeout;
  return target;
}

}  // namespace

std::unique_ptr<Question> open_question(const CheckSettings& check, const StoreSettings& store) {
  return std::make_unique<DatabaseQuestion>(target_of(check, store));
}

}  // namespace claimcheck::sql
