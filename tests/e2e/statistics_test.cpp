#include "core/statistics.h"

#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/fastcgi_client.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/noise.h"

namespace claimcheck {
namespace {

using namespace test;
using nlohmann::json;

constexpr int size = 4 << 20;

/// What a Prometheus server would have collected: values by name and labels.
std::map<std::string, double> parse_metrics(const std::string& text) {
  std::map<std::string, double> values;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with('#')) {
      const std::size_t space = line.rfind(' ');
      values[line.substr(0, space)] = std::stod(line.substr(space + 1));
    }
  return values;
}

std::string key_of(const Site& site, const std::string& scope) {
  return site.ask({"key", "add", "test", "--scope", scope}).at("key");
}

std::map<std::string, double> metrics(int port, const std::string& key) {
  const Answer answer = fetch(port, {.target = "/dl/metrics", .headers = {{"Authorization", "Bearer " + key}}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  return parse_metrics(answer.body);
}

class Statistics : public testing::TestWithParam<Front> {};

TEST_P(Statistics, ADownloadIsOneDownloadAndAllWhoTellTellTheSame) {
  Site site{MariaDb::shared().fresh_schema("statistics")};
  const std::string file = site.add_file("film.bin", noise(size));
  const auto front = start(GetParam(), site);
  const std::string read_key = key_of(site, "read"), metrics_key = key_of(site, "metrics");
  const auto get = [&](const Issued& token, const Fields& headers = {}, const Reading& reading = {}) {
    return fetch(site.port(), {.target = token.path, .headers = headers}, reading);
  };

  // Sixteen parallel ranges, twice the whole file, one that is left, and three that are refused.
  const Issued parallel = site.issue(file);
  std::vector<std::future<int>> parts;
  constexpr int number = 16, length = size / number;
  EXPECT_EQ(get(parallel, {{"Range", "bytes=0-" + std::to_string(length - 1)}}).status, 206);
  for (int i = 1; i < number; ++i)
    parts.push_back(std::async(std::launch::async, [&, i] {
      const std::string range = "bytes=" + std::to_string(i * length) + "-" + std::to_string((i + 1) * length - 1);
      return get(parallel, {{"Range", range}}).status;
    }));
  for (auto& part : parts) EXPECT_EQ(part.get(), 206);
  const Issued open = site.issue(file, {.policy = "open"});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(get(open).received, static_cast<std::uint64_t>(size));
  const Issued left = site.issue(file);
  EXPECT_EQ(get(left, {{"Range", "bytes=0-99999"}}).status, 206);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(parallel).status, 410);

  json told;
  wait_until("the log is written", [&] {
    told = site.ask({"stats"});
    return told.at("downloads").at("started") == 4 && told.at("downloads").at("refused") == 3 &&
           told.at("downloads").at("bytes") == 3 * size + 100'000;
  });
  const json expected{{"started", 4},
                      {"completed", 3},
                      {"aborted", 1},
                      {"handed_off", 0},
                      {"failed", 0},
                      {"refused", 3},
                      {"bytes", 3 * size + 100'000}};
  EXPECT_EQ(told.at("downloads"), expected);
  EXPECT_EQ(told.at("policies").at("open").at("completed"), 2);
  EXPECT_EQ(told.at("refusals"), (json{{"usage_limit_exceeded", 3}}));
  EXPECT_EQ(told.at("today"), 4);
  EXPECT_EQ(told.at("days").size(), 30U);

  const Answer api = fetch(site.port(), {.target = "/dl/v1/stats", .headers = {{"Authorization", "Bearer " + read_key}}});
  EXPECT_EQ(api.status, 200) << api.body;
  EXPECT_EQ(json::parse(api.body), told);

  const auto values = metrics(site.port(), metrics_key);
  const auto value = [&](const std::string& name) { return values.contains(name) ? values.at(name) : -1; };
  EXPECT_EQ(value("claimcheck_downloads_total{event=\"started\"}"), 4);
  EXPECT_EQ(value("claimcheck_downloads_total{event=\"completed\"}"), 3);
  EXPECT_EQ(value("claimcheck_downloads_unfinished{event=\"aborted\"}"), 1);
  EXPECT_EQ(value("claimcheck_refusals_total{error=\"usage_limit_exceeded\"}"), 3);
  EXPECT_EQ(value("claimcheck_bytes_total"), 3 * size + 100'000);
  EXPECT_EQ(value("claimcheck_attempts_total"), 7);
  EXPECT_DOUBLE_EQ(value("claimcheck_success_ratio"), 0.75);
  EXPECT_EQ(value("claimcheck_admission_seconds_count"), 22) << "however many worker processes there are";
  EXPECT_EQ(value("claimcheck_active_deliveries"), 0);
  EXPECT_EQ(value("claimcheck_database_errors_total"), 0);

  EXPECT_EQ(site.cron().status, 0);
  EXPECT_EQ(site.ask({"stats"}).at("downloads"), expected) << "a run of the cron changes nothing";
  EXPECT_EQ(fetch(site.port(), {.target = "/dl/metrics", .headers = {{"Authorization", "Bearer " + read_key}}}).status, 403);
  EXPECT_EQ(fetch(site.port(), {.target = "/dl/metrics"}).status, 401);
  for (const char* bad : {"0", "367", "x", "-1", "1e1", ""})
    EXPECT_EQ(fetch(site.port(),
                    {.target = std::string{"/dl/v1/stats?days="} + bad, .headers = {{"Authorization", "Bearer " + read_key}}})
                  .status,
              400)
        << bad;
  EXPECT_EQ(
      json::parse(
          fetch(site.port(), {.target = "/dl/v1/stats?days=7", .headers = {{"Authorization", "Bearer " + read_key}}}).body)
          .at("days")
          .size(),
      7U);
}

INSTANTIATE_TEST_SUITE_P(Behind, Statistics, testing::Values(Front::apache_fcgid, Front::apache_cgi, Front::nginx),
                         [](const auto& instance) { return name_of(instance.param); });

class StatisticsOfWorkers : public testing::Test {
 protected:
  std::map<std::string, double> ask_metrics(const std::string& worker) {
    const auto answer = call(site.socket_address(worker),
                             cgi_variables({.target = "/dl/metrics", .headers = {{"Authorization", "Bearer " + key}}}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_metrics(answer.body);
  }

  Site site;
  std::string file = site.add_file("film.bin", noise(64 << 20));
  std::string key = key_of(site, "metrics");
};

TEST_F(StatisticsOfWorkers, TheyAddUpAndOneThatIsKilledHasNothingUnderWay) {
  auto one = site.start_worker("one", 2), two = site.start_worker("two", 2);
  const Issued open = site.issue(file, {.policy = "open"});
  const Fields variables = cgi_variables({.target = open.path});
  FastCgiExchange first{site.socket_address("one")}, second{site.socket_address("two")};
  first.request(variables);
  second.request(variables);
  const char* const active = "claimcheck_active_deliveries";
  for (const char* worker : {"one", "two"})
    wait_until("both are under way", [&] { return ask_metrics(worker).at(active) == 2; });
  EXPECT_EQ(ask_metrics("one").at("claimcheck_admission_seconds_count"), 2);
  const Fields unknown = cgi_variables({.target = "/dl/" + secret_that_opens_nothing});
  for (const char* worker : {"one", "two"}) EXPECT_EQ(call(site.socket_address(worker), unknown).status, 404);
  EXPECT_EQ(ask_metrics("two").at("claimcheck_refusals_total{error=\"invalid_token\"}"), 2);
  one->kill();
  EXPECT_EQ(ask_metrics("two").at(active), 1);
  second.close();
  wait_until("the other is over", [&] { return ask_metrics("two").at(active) == 0; });
}

}  // namespace
}  // namespace claimcheck
