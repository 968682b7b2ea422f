#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/support/dying_smtp_server.h"
#include "tests/support/effort.h"
#include "tests/support/many_tokens.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using Point = DyingSmtpServer::Point;
using Act = DyingSmtpServer::Act;

const Time start = from_unix(1'800'000'000);

std::string mail_settings(int port) {
  return fmt::format(R"(
[mail]
transport = "smtp"
from = "Example <downloads@example.com>"
host = "127.0.0.1"
port = {}
security = "none"
user = "site"
password = "opens the mail server"
per_run = 1000000
per_hour = 1000000
)",
                     port);
}

/// Tokens that are to be warned of from `start` on.
Token due_token(int number) {
  Token token = plain_token(number, "2026/11/report.pdf", start);
  token.rules.warn_before = std::chrono::hours{24};
  return token;
}

/// Each connection breaks at another point, by reset or by an orderly end.
std::optional<DyingSmtpServer::Fault> dies_somewhere(int connection, int mail) {
  constexpr struct {
    Point point;
    bool at_once;  ///< before the first mail
  } points[] = {{Point::before_greeting, true},
                {Point::mail, false},
                {Point::after_greeting, true},
                {Point::final_dot, false},
                {Point::ehlo, true},
                {Point::rcpt, false},
                {Point::auth, true},
                {Point::after_answer, false},
                {Point::data, false},
                {Point::body, false}};
  const auto [point, at_once] = points[static_cast<std::size_t>(connection) % std::size(points)];
  const int doomed = at_once ? 1 : 1 + connection * 37 % 90;
  if (mail != doomed) return std::nullopt;
  return DyingSmtpServer::Fault{.point = point, .act = connection % 20 < 10 ? Act::reset : Act::hang_up};
}

struct Case {
  const char* name;
  bool on_mariadb;
  int mails, kills;

  friend std::ostream& operator<<(std::ostream& out, const Case& each) { return out << each.name; }
};

class CronMail : public testing::TestWithParam<Case> {};

TEST_P(CronMail, NoMailIsLostWhateverDiesAndNoneIsDoubledButInTheWindowOfTheFinalDot) {
  const auto [name, on_mariadb, mails, kills] = GetParam();
  DyingSmtpServer server{dies_somewhere};
  const std::string store = on_mariadb ? MariaDb::shared().fresh_schema("cron_mail") : "";
  Site site{store, mail_settings(server.port())};
  add_tokens(site.store(), mails, due_token);

  // Every run takes place five minutes after the one before, so that what was put off becomes due.
  std::mt19937 random{7};
  int runs = 0, killed = 0;
  const auto moment = [&] { return std::to_string(to_unix(start) + 300 * runs++); };
  // At any moment of a run, however long runs take here and by now: the fewer mails are left, the sooner they end.
  constexpr int longest_delay = 400;
  for (int longest = longest_delay; killed < kills;) {
    auto cron = site.start_cron({"--now", moment()});
    std::uniform_int_distribution<int> delay{0, longest};
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{delay(random)};
    wait_until("it is time to kill", [&] { return std::chrono::steady_clock::now() >= end; });
    const bool hit = cron->running();
    killed += hit ? 1 : 0;
    longest = hit ? std::min(longest * 2, longest_delay) : std::max(longest / 2, 1);
    cron->kill();
  }
  // What a killed run had in hand comes back after a quarter of an hour.
  constexpr int most_runs = 100, quiet_runs = 4;
  Finished last;
  for (int quiet = 0, more = 0; quiet < quiet_runs && more < most_runs; ++more) {
    last = site.cron({"--now", moment(), "--json"});
    const auto report = nlohmann::json::parse(last.out);
    quiet = report.at("mails_sent") == 0 && report.at("mails_postponed") == 0 ? quiet + 1 : 0;
  }
  EXPECT_EQ(last.status, 0) << last.err;

  std::map<std::string, std::vector<DyingSmtpServer::Received>> by_recipient;
  for (const auto& mail : server.received()) by_recipient[mail.recipient].push_back(mail);
  EXPECT_EQ(std::ssize(by_recipient), mails) << "each holder got one";
  int doubled_after_answer = 0;
  for (const auto& [recipient, copies] : by_recipient) {
    for (std::size_t i = 0; i + 1 < copies.size(); ++i) {
      EXPECT_EQ(copies[i].message_id, copies.back().message_id) << recipient;
      doubled_after_answer += copies[i].answer == 250 ? 1 : 0;
    }
  }
  // Where the server had said 250 the answer was lost on the line, or the cron was killed before it could note it.
  const int answers_lost = server.connections() / 10 + 1;
  EXPECT_LE(doubled_after_answer, killed + answers_lost);
  RecordProperty("runs", runs);
  RecordProperty("doubled", static_cast<int>(std::ssize(server.received()) - mails));
  const auto waiting = site.ask({"mail", "list", "--limit", "10000"});
  for (const auto& mail : waiting.at("mails")) ASSERT_EQ(mail.at("state"), "sent") << mail.dump();
}

INSTANTIATE_TEST_SUITE_P(On, CronMail,
                         testing::Values(Case{"Sqlite", false, 10'000, 100},
                                         Case{"MariaDb", true, rounds_of(2'000, 10'000), rounds_of(30, 100)}),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace claimcheck
