#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/many_tokens.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;

/// In New York clocks go back an hour at 06:00 UTC of 1 November 2026, in Berlin at 01:00 UTC of 25 October.
const Time change = parse_rfc3339("2026-11-01T06:00:00Z").value();

struct Place {
  const char* name;
  const char* host;      ///< TZ
  const char* database;  ///< time_zone of the server
  const char* site;      ///< [site] timezone

  friend std::ostream& operator<<(std::ostream& out, const Place& place) { return out << place.name; }
};

class CronTime : public testing::TestWithParam<Place> {};

TEST_P(CronTime, LinksEndAndWarningsGoAtTheSameInstantsEverywhere) {
  MariaDb& server = MariaDb::shared();
  server.statement(fmt::format("SET GLOBAL time_zone = '{}'", GetParam().database));
  const std::string store = server.fresh_schema("zones");
  Site site{store, "\n[mail]\ntransport = \"none\"\nfrom = \"downloads@example.com\"\n"};
  std::string text = read_file(site.config());
  text.insert(text.find("[site]\n") + 7, fmt::format("timezone = \"{}\"\n", GetParam().site));
  write_file(site.config(), text);
  // A link a quarter of an hour, each for a day, with a warning twelve hours before its end: half of them span the change.
  constexpr int links = 200;
  constexpr std::chrono::minutes apart{15};
  add_tokens(site.store(), links, [&](int number) {
    Token token = plain_token(number, "2026/11/report.pdf", change - std::chrono::hours{36} + number * apart);
    token.rules.warn_before = std::chrono::hours{12};
    token.rules.grace = seconds{0};
    return token;
  });
  const auto due = [&](Time now) {
    const Finished told = run({"env", fmt::format("TZ={}", GetParam().host),
                               (std::filesystem::path{CLAIMCHECK_BIN_DIR} / "claimcheck-cron").string(), "--config",
                               site.config().string(), "--dry-run", "--json", "--now", format_rfc3339(now)});
    EXPECT_EQ(told.status, 0) << told.err;
    const auto report = nlohmann::json::parse(told.out);
    return std::pair{report.at("warnings").get<int>(), report.at("expired").get<int>()};
  };
  for (int step = 0; step < 24; ++step) {
    const Time now = change - std::chrono::hours{14} + step * std::chrono::minutes{130};
    SCOPED_TRACE(format_rfc3339(now));
    int warnings = 0, expired = 0;
    for (int number = 0; number < links; ++number) {
      const Time end = change - std::chrono::hours{12} + number * apart;
      expired += now >= end ? 1 : 0;
      warnings += now >= end - std::chrono::hours{12} && now < end ? 1 : 0;
    }
    EXPECT_EQ(due(now), (std::pair{warnings, expired}));
  }
  server.statement("SET GLOBAL time_zone = 'SYSTEM'");
}

INSTANTIATE_TEST_SUITE_P(In, CronTime,
                         testing::Values(Place{"UtcEverywhere", "UTC", "+00:00", "UTC"},
                                         Place{"ThreeZones", "Asia/Kolkata", "+11:00", "America/New_York"},
                                         Place{"ThreeOthers", "America/New_York", "-09:30", "Europe/Berlin"}),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace claimcheck
