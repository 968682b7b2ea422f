#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "core/statistics.h"
#include "cron/tally.h"
#include "sql/database.h"
#include "sql/migrate.h"
#include "sql/statements.h"
#include "sql/stores.h"
#include "tests/support/many_tokens.h"
#include "tests/support/mariadb.h"
#include "tests/support/process.h"

// What the statistics cost over a log of many deliveries: without the cron's tally, the tally itself, and with it.
namespace {

using namespace claimcheck;
using std::chrono::hours;
using std::chrono::steady_clock;

const Time now = from_unix(1'800'000'000);
constexpr int days_of_log = 90;

struct Size {
  int deliveries = 1'000'000, tokens = 100'000;
};

template <class Work>
double seconds_of(const Work& work) {
  const auto begun = steady_clock::now();
  work();
  return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

std::string id_of(int number) {
  return fmt::format("01890000-0000-7000-8000-{:012}", number);
}

Token token_of(int number) {
  constexpr int policies = 3, people = 4;
  Token token = test::plain_token(number, fmt::format("2026/11/{}.pdf", number), now - hours{24 * days_of_log});
  token.policy = fmt::format("policy{}", number % policies);
  token.email = fmt::format("{}@example.com", number / people);  // who buys once buys again
  return token;
}

/// Two of three tokens have a platform.
void add_platforms(sql::Database& database, int tokens) {
  constexpr int together = 500;
  const char* const platforms[] = {"MacIntel", "Win32", "Linux x86_64"};
  std::vector<sql::Value> values;
  std::size_t rows = 0;
  const auto flush = [&] {
    if (rows == 0) return;
    database.execute(
        sql::statements::repeated("INSERT INTO {facts} (token_id, name, value) VALUES ", "(?,'platform',?)", ",", rows),
        values);
    values.clear();
    rows = 0;
  };
  for (int number = 0; number < tokens; ++number) {
    if (number % 3 == 2) continue;
    values.insert(values.end(), {id_of(number), std::string{platforms[number % 7 % 3]}});
    if (++rows == together) flush();
  }
  flush();
}

/// The token of a claim: tokens are used soon after they were made, about as many before and after each other.
std::string token_of_claim(int claim, const Size& size) {
  constexpr int spread = 1000;
  const auto about = static_cast<int>(std::int64_t{claim} * size.tokens / size.deliveries);
  return id_of(std::clamp(about + static_cast<int>(std::int64_t{claim} * 7919 % spread) - spread / 2, 0, size.tokens - 1));
}

/// Even over the days; six of ten complete at once, two with a resume, one breaks off, one ends a second time.
void add_deliveries(sql::Database& database, const Size& size) {
  const int deliveries = size.deliveries;
  constexpr int together = 500, kinds = 10;
  const std::int64_t span = std::chrono::seconds{hours{24 * days_of_log}}.count();
  for (int first = 0; first < deliveries; first += together) {
    std::vector<sql::Value> values;
    const int last = std::min(first + together, deliveries);
    for (int number = first; number < last; ++number) {
      const int kind = number % kinds;
      const bool resumed = kind == 7, broken = kind == 6 || kind == 8;
      const int claim = resumed ? number - 1 : number;
      const std::int64_t ended = to_unix(now) - span + number * span / deliveries;
      values.insert(values.end(),
                    {fmt::format("{:016}", number), token_of_claim(claim, size), fmt::format("claim{:011}", claim), ended - 10,
                     ended, std::int64_t{0}, std::int64_t{1'000'000}, std::int64_t{broken ? 500'000 : 1'000'000},
                     std::string{broken ? "aborted" : "complete"},
                     std::string{resumed     ? "continued"
                                 : kind == 9 ? "repeated"
                                             : "opened"},
                     std::string{"192.0.2.0"}, std::int64_t{!broken && kind != 9}});
    }
    database.execute(sql::statements::repeated(sql::statements::add_deliveries, sql::statements::delivery_values, ",",
                                               static_cast<std::size_t>(last - first)),
                     values);
  }
}

void measure(const char* name, const std::string& url, const Size& size) {
  sql::Target target = sql::target_of({.url = url});
  target.timeout = std::chrono::minutes{5};
  const auto database = sql::open_database(target);
  sql::migrate(*database);
  test::add_tokens({.url = url}, size.tokens, token_of);
  add_platforms(*database, size.tokens);
  add_deliveries(*database, size);
  sql::SqlStatistics statistics{*database};
  const auto summary = [&](int days) { return summarise(statistics, last_days(days, now), now); };
  Summary before, after;
  const double untallied_all = seconds_of([&] { before = summary(days_of_log + 1); });
  const double untallied = seconds_of([&] { summary(30); });
  const double tally = seconds_of([&] { cron::tally(statistics, hours{24 * days_of_log}, {.now = now}); });
  const double whole = seconds_of([&] { after = summary(days_of_log + 1); });
  const double month = seconds_of([&] { summary(30); });
  const double events = seconds_of([&] { statistics.by_event(all_time(now)); });
  const double people = seconds_of([&] { statistics.customers(last_days(days_of_log + 1, now)); });
  fmt::print("{:<10}{:>11}{:>9}{:>10.2f}{:>10.2f}{:>10.2f}{:>10.3f}{:>10.3f}{:>12.3f}{:>12.3f}\n", name, size.deliveries,
             size.tokens, untallied_all, untallied, tally, whole, month, people, events);
  std::fflush(stdout);
  if (!(before == after)) throw std::runtime_error(fmt::format("{}: the tally has changed the numbers", name));
}

}  // namespace

int main(int argc, char** argv) {
  Size size;
  CLI::App app{"stats_bench: what the statistics cost"};
  app.add_option("--deliveries", size.deliveries, "how many there are in 90 days");
  app.add_option("--tokens", size.tokens, "of how many tokens");
  CLI11_PARSE(app, argc, argv);
  try {
    const test::TemporaryFolder folder;
    sql::prepare_driver();
    fmt::print("{:<30}{:>20}{:>10}{:>44}\n", "", "without the tally, s", "tally, s", "with it, s");
    fmt::print("{:<10}{:>11}{:>9}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}{:>12}\n", "store", "deliveries", "tokens", "90 days",
               "30 days", "once", "90 days", "30 days", "customers", "metrics");
    measure("SQLite", "sqlite:" + (folder / "store.db").string(), size);
    // What a server has as installed; the one for tests is started with less.
    test::MariaDb::shared().statement("SET GLOBAL innodb_buffer_pool_size = 128 * 1024 * 1024");
    measure("MariaDB", test::MariaDb::shared().fresh_schema("stats"), size);
    return 0;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "error: {}\n", fault.what());
    return 1;
  }
}
