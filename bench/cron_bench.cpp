#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "sql/database.h"
#include "sql/migrate.h"
#include "tests/support/many_tokens.h"
#include "tests/support/mariadb.h"
#include "tests/support/process.h"

// What one run of claimcheck-cron costs over a store with many tokens, a tenth of which has ended: time, CPU and the most
// memory it held, for stores of growing size.
namespace {

using namespace claimcheck;
using std::chrono::steady_clock;

const Time now = from_unix(1'800'000'000);

struct Cost {
  double seconds = 0, cpu_seconds = 0;
  double peak_megabytes = 0;
};

double to_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Runs a program to its end. Throws if it fails.
Cost measure(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const auto begun = steady_clock::now();
  pid_t pid = 0;
  if (::posix_spawn(&pid, argv.front(), nullptr, nullptr, argv.data(), environ) != 0)
    throw std::runtime_error("cannot start " + words.front());
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  if (status != 0) throw std::runtime_error(fmt::format("{} ended with status {}", words.front(), status));
  constexpr double kilobytes = 1024.0;
  return {.seconds = std::chrono::duration<double>(steady_clock::now() - begun).count(),
          .cpu_seconds = to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime),
          .peak_megabytes = static_cast<double>(usage.ru_maxrss) * kilobytes / 1e6};
}

/// Every tenth token ended yesterday; the others live another day.
Token token_of(int number) {
  constexpr int tenth = 10;
  const bool ended = number % tenth == 0;
  return test::plain_token(number, fmt::format("2026/11/{}.pdf", number), now - std::chrono::hours{ended ? 49 : 0});
}

void measure_store(const char* name, const std::string& url, int tokens, const test::TemporaryFolder& folder) {
  sql::migrate(*sql::open_database(sql::target_of({.url = url})));
  test::add_tokens({.url = url}, tokens, token_of);
  const auto config = folder / fmt::format("{}-{}.toml", name, tokens);
  test::write_file(
      config, fmt::format("[site]\nurl = \"http://127.0.0.1\"\n\n[store]\nurl = \"{}\"\n\n[storage.uploads]\nroot = \"{}\"\n",
                          url, folder.path().string()));
  const std::string program = CLAIMCHECK_BIN_DIR "/claimcheck-cron";
  const std::vector<std::string> words{
      program, "--config", config.string(), "--max-seconds", "840", "--now", std::to_string(to_unix(now))};
  const Cost first = measure(words), second = measure(words);
  fmt::print("{:<10}{:>10}{:>10}{:>10.2f}{:>10.2f}{:>12.1f}{:>14.2f}{:>14.1f}\n", name, tokens, tokens / 10, first.seconds,
             first.cpu_seconds, first.peak_megabytes, second.seconds, second.peak_megabytes);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<int> sizes{10'000, 100'000, 1'000'000};
  CLI::App app{"cron_bench: what a run of claimcheck-cron costs"};
  app.add_option("--tokens", sizes, "how many tokens the stores have, with commas in between")->delimiter(',');
  CLI11_PARSE(app, argc, argv);
  try {
    const test::TemporaryFolder folder;
    sql::prepare_driver();
    fmt::print("{:<10}{:>10}{:>10}{:>10}{:>10}{:>12}{:>14}{:>14}\n", "store", "tokens", "ended", "s", "CPU s", "peak MB",
               "next run s", "peak MB");
    for (const int tokens : sizes) {
      measure_store("SQLite", "sqlite:" + (folder / fmt::format("{}.db", tokens)).string(), tokens, folder);
      measure_store("MariaDB", test::MariaDb::shared().fresh_schema(fmt::format("cron_{}", tokens)), tokens, folder);
    }
    return 0;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "error: {}\n", fault.what());
    return 1;
  }
}
