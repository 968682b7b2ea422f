#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sql/database.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"

// How long it takes to issue a link with its mail queued: POST /dl/v1/tokens to a worker, durably, one request after the
// other, as a shop asks.
namespace {

using namespace claimcheck;
using namespace claimcheck::test;
using std::chrono::steady_clock;

const std::string settings =
    "[mail]\ntransport = \"none\"\nfrom = \"downloads@example.com\"\n[policy.sale]\nchecks = [\"job\"]\n[check.job]\nquery = "
    "\"SELECT 1 WHERE :job_id = '42'\"\n";

/// Milliseconds of each request.
std::vector<double> issue(Site& site, const std::string& key, const std::string& file, const std::string& policy, int count) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const std::string body = nlohmann::json{
        {"file", file},
        {"policy", policy},
        {"email", fmt::format("user{}@example.com", i)},
        {"facts", {{"job_id", "42"}, {"order_id", std::to_string(i)}}},
        {"send_mail", true}}.dump();
    const auto variables = cgi_variables(
        {.method = "POST", .target = "/dl/v1/tokens", .headers = {{"Authorization", "Bearer " + key}}, .body = body});
    const auto begun = steady_clock::now();
    const FastCgiAnswer answer = call(site.socket_address("worker"), variables, body);
    if (answer.status != 201) throw std::runtime_error("no link was issued: " + answer.body);
    times.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
  }
  std::ranges::sort(times);
  return times;
}

void measure(const char* name, const std::string& url, int count) {
  Site site{url, settings};
  const std::string file = site.add_file("report.pdf", "the report");
  const auto worker = site.start_worker("worker", 4);
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  for (const char* policy : {"default", "sale"}) {
    const std::vector<double> times = issue(site, key, file, policy, count);
    const auto at = [&](double share) {
      return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
    };
    fmt::print("{:<10}{:<14}{:>8}{:>12.2f}{:>10.2f}{:>10.2f}\n", name,
               policy == std::string{"sale"} ? "with a check" : "without", count, at(0.5), at(0.95), times.back());
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int count = 500;
  CLI::App app{"issue_bench: how long it takes to issue a link with its mail queued"};
  app.add_option("--links", count, "how many are issued each time")->check(CLI::Range(1, 100'000))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    sql::prepare_driver();
    fmt::print("{:<10}{:<14}{:>8}{:>12}{:>10}{:>10}\n", "store", "policy", "links", "median ms", "p95 ms", "most ms");
    measure("SQLite", {}, count);
    measure("MariaDB", MariaDb::shared().fresh_schema("issue"), count);
    return 0;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "error: {}\n", fault.what());
    return 1;
  }
}
