#include "sql/driver.h"

#include <fmt/format.h>

#include <thread>

#include "core/error.h"

namespace claimcheck::sql {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int most_tries = 5;

}  // namespace

std::string Dialect::expand(std::string_view statement) const {
  if (access == Access::questions) return std::string{statement};
  std::string text;
  for (std::size_t open = 0; (open = statement.find('{')) != std::string_view::npos;) {
    const std::size_t close = statement.find('}', open);
    const std::string_view name = statement.substr(open + 1, close - open - 1);
    text += statement.substr(0, open);
    if (name == "options") {
      text += options;
    } else if (name == "if_absent") {
      text += if_absent;
    } else if (name == "if_there") {
      text += if_there;
    } else if (name.starts_with("new ")) {
      text.append(new_open).append(name.substr(name.find(' ') + 1)).append(new_close);
    } else {
      text += table_prefix;
      text += name;
    }
    statement.remove_prefix(close + 1);
  }
  return text += statement;
}

Patience::Patience(seconds limit) : limit_(limit), started_(steady_clock::now()) {}

bool Patience::again(std::minstd_rand& jitter) {
  if (tries_ == most_tries || elapsed() >= limit_) return false;
  ++tries_;
  std::this_thread::sleep_for(milliseconds{std::uniform_int_distribution{1, 4 << tries_}(jitter)});
  return true;
}

steady_clock::duration Patience::elapsed() const {
  return steady_clock::now() - started_;
}

bool acquire_lock(std::string_view name, IfHeld if_held, const std::function<bool()>& acquired) {
  const auto deadline = steady_clock::now() + seconds{10};
  while (!acquired()) {
    if (if_held == IfHeld::give_up) return false;
    if (steady_clock::now() >= deadline)
      throw Error{Errc::unavailable, fmt::format("another process has held the lock \"{}\" for ten seconds", name)};
    std::this_thread::sleep_for(milliseconds{20});
  }
  return true;
}

std::minstd_rand make_jitter() {
  return std::minstd_rand{std::random_device{}()};
}

SampledClock::SampledClock(std::int64_t unix_milliseconds)
    : sample_(milliseconds{unix_milliseconds}), taken_(steady_clock::now()) {}

Time SampledClock::now() const {
  return std::chrono::floor<seconds>(sample_ + (steady_clock::now() - taken_));
}

}  // namespace claimcheck::sql
